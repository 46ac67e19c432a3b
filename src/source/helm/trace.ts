import type { JsonObject, Path } from '../../model/json.ts';
import { valueAt } from '../../model/json.ts';
import type { Location } from '../../model/resource.ts';
import type { SourceDocument } from '../documents.ts';
import { actionOf, type Skeleton } from './skeleton.ts';
import { foundValue, namedValue } from './values.ts';
import { likeness, walkSkeleton } from './walk.ts';

/**
 * Leads the values of a rendered object back to the chart: to the values file where a value is taken from there as it
 * is, else to the line of the template.
 *
 * @param skeleton of the template that Helm names as the object's source
 * @param values the values files, those that win first
 */
export function traceHelm(
  rendered: JsonObject,
  template: string,
  skeleton: Skeleton,
  values: readonly SourceDocument[],
): (path: Path) => Location {
  const document = documentOf(rendered, skeleton);
  const name = String(valueAt(rendered, ['metadata', 'name']));
  return (path) => {
    if (!document) return { file: template, line: 1, column: 1 };
    if (path.length === 0) return document.locate([]);
    const walked = walkSkeleton(document.value, rendered, path);
    const value = valueAt(rendered, path);
    const place = document.locate(walked);
    if (walked.length < path.length) {
      // What a template includes as a whole (toYaml) keeps its keys: the longest tail of the path that values have.
      for (let start = Math.max(0, walked.length - 1); start < path.length; start++) {
        const keys = path.slice(start);
        if (typeof keys[0] !== 'string') continue;
        const found = value === undefined ? undefined : foundValue({ value, keys, name }, values);
        if (found) return found;
      }
      return place;
    }
    const action = actionOf(valueAt(document.value, walked) as never, skeleton);
    if (action === undefined) return place;
    return namedValue(action, value, values) ?? throughVariable(action, value, name, values) ?? place;
  };
}

/** `$svc.timeout`, `.name`: the last key of each variable in the action. */
function throughVariable(
  action: string,
  value: unknown,
  name: string,
  values: readonly SourceDocument[],
): Location | undefined {
  const keys = [...action.matchAll(/(?:^|[\s(|])(?:\$\w*)?((?:\.\w+)+)/g)].flatMap(
    ([, dotted = '']) => dotted.split('.').at(-1) ?? [],
  );
  for (const key of keys) {
    const found = foundValue({ value, keys: [key], name }, values);
    if (found) return found;
  }
  return undefined;
}

/** The document of the template that became the object: nothing in it contradicts, and most of it agrees. */
function documentOf(rendered: JsonObject, { documents }: Skeleton): SourceDocument | undefined {
  let best: { document: SourceDocument; score: number } | undefined;
  for (const document of documents) {
    const score = likeness(document.value, rendered);
    if (score === undefined || valueAt(document.value, ['kind']) === undefined) continue;
    if (!best || score > best.score) best = { document, score };
  }
  const sameKind = documents.find((document) => valueAt(document.value, ['kind']) === rendered['kind']);
  return best?.document ?? sameKind;
}
