import type { Json, JsonObject } from '../../model/json.ts';
import { isObject, valueAt } from '../../model/json.ts';
import { parseYaml } from '../yaml/parse.ts';
import { type Kustomization, listOf } from './kustomization.ts';

const annotation = 'config.kubernetes.io/origin';
const setting = 'originAnnotations';

/** The text of a kustomization that makes Kustomize name the file of every object. JSON is YAML, so it is written as that. */
export function withOrigins(kustomization: Kustomization): string {
  const metadata = new Set([...listOf(kustomization, 'buildMetadata'), setting]);
  return JSON.stringify({ ...kustomization.value, buildMetadata: [...metadata] });
}

/** Takes the annotation off a rendered object again, unless the kustomization itself asks for it. */
export function takeOrigin(
  object: JsonObject,
  root: Kustomization,
): { object: JsonObject; origin: string | undefined } {
  const text = valueAt(object, ['metadata', 'annotations', annotation]);
  if (typeof text !== 'string') return { object, origin: undefined };
  const [document] = parseYaml(text).documents;
  const path = valueAt(document?.value, ['path']);
  // An object of a remote base has `repo` beside the path, and one that was generated has `configuredIn` instead.
  const remote = valueAt(document?.value, ['repo']) !== undefined;
  const origin = typeof path === 'string' && !remote ? path : undefined;
  if (listOf(root, 'buildMetadata').includes(setting)) return { object, origin };
  const metadata = object['metadata'] as JsonObject;
  const { [annotation]: _, ...annotations } = metadata['annotations'] as JsonObject;
  const { annotations: __, ...bare } = metadata;
  const kept: Json = Object.keys(annotations).length > 0 ? { ...bare, annotations } : bare;
  return { object: { ...object, metadata: isObject(kept) ? (kept as JsonObject) : metadata }, origin };
}
