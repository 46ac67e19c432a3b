import { dump, load } from 'js-yaml';
import type { Json, JsonObject } from '../../../model/json.ts';
import { isObject } from '../../../model/json.ts';
import { redactPodSpec } from './pod-spec.ts';
import { redactText } from './text.ts';
import { type Extra, redactValue } from './value.ts';

/** kubectl's copy of the whole object, with all that is taken out of it elsewhere. */
const copies = ['kubectl.kubernetes.io/last-applied-configuration'];
/** Domains whose annotations istiod, its injector or this program read. */
const readDomains = /(?:^|\.)(?:istio\.io|gateway\.networking\.k8s\.io|kubernetes\.io)\//;

/**
 * A Kubernetes object as a capture may hold it. A Secret is none: undefined.
 *
 * @param config whether Git may hold it: who set which field is kept for it
 */
export function redactObject(object: JsonObject, more: ReadonlySet<Extra> = new Set()): JsonObject | undefined {
  const { kind } = object;
  if (kind === 'Secret') return undefined;
  let result = withoutCopies(object, more);
  if (kind === 'ConfigMap') result = redactConfigMap(result);
  if (kind === 'Pod' && isObject(result['spec']))
    result = { ...result, spec: redactPodSpec(result['spec'] as JsonObject) };
  const spec = result['spec'];
  if (isObject(spec) && isObject(spec['template']) && isObject(spec['template']['spec'])) {
    const template = withoutCopies(spec['template'] as JsonObject, more);
    const redactedTemplate = { ...template, spec: redactPodSpec(template['spec'] as JsonObject) };
    result = { ...result, spec: { ...(spec as JsonObject), template: redactedTemplate } };
  }
  return redactValue(result, more) as JsonObject;
}

function withoutCopies(object: JsonObject, more: ReadonlySet<Extra>): JsonObject {
  const { metadata } = object;
  if (!isObject(metadata) || !isObject(metadata['annotations'])) return object;
  const entries = Object.entries(metadata['annotations'] as JsonObject);
  const left = entries.filter(
    ([name]) => !copies.includes(name) && (!more.has('annotations') || readDomains.test(name)),
  );
  if (left.length === entries.length) return object;
  return { ...object, metadata: { ...(metadata as JsonObject), annotations: Object.fromEntries(left) } };
}

/** Its texts are YAML or JSON: mesh config has credentials of tracers, and headers of providers. */
function redactConfigMap(object: JsonObject): JsonObject {
  const { data } = object;
  if (!isObject(data)) return object;
  const texts = Object.entries(data as JsonObject).map(([key, text]) => [
    key,
    typeof text === 'string' ? redactYaml(text) : text,
  ]);
  const { binaryData: _, ...rest } = object;
  return { ...rest, data: Object.fromEntries(texts) as JsonObject };
}

/** Its layout and comments are kept where there is nothing to be taken out. */
function redactYaml(text: string): string {
  let value: unknown;
  try {
    value = load(text);
  } catch {
    // A template, or no YAML at all.
    return redactText(text);
  }
  const clean = redactValue(value as Json);
  if (clean === value) return redactText(text);
  return typeof clean === 'string' ? clean : dump(clean);
}
