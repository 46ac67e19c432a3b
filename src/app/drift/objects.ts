import { type FieldDifference, fieldDifferences } from '../../compare/object/difference.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { isEffective } from './overlay.ts';

/** One object in which Git and the API server disagree. */
export type ObjectDrift =
  | { kind: 'not-applied'; git: Resource; twin?: Resource }
  | { kind: 'unmanaged'; live: Resource; twin?: Resource }
  | { kind: 'changed'; git: Resource; live: Resource; differences: FieldDifference[] };

/** Groups whose objects mean what their author wrote: the API server adds no defaults that Git would have to repeat. */
const verbatimGroup = /\.istio\.io$/;

/**
 * Pairs Git's objects with the API server's and says where they differ, field by field.
 *
 * @param owns whether Git answers for a live object that it does not hold
 */
export function objectDrifts(
  git: readonly Resource[],
  live: readonly Resource[],
  owns: (resource: Resource) => boolean,
): ObjectDrift[] {
  const liveByKey = new Map(live.map((resource) => [resourceKey(resource), resource]));
  const gitKeys = new Set(git.map(resourceKey));
  const drifts: ObjectDrift[] = [];
  const unmanaged = live.filter((resource) => !gitKeys.has(resourceKey(resource)) && owns(resource));
  for (const resource of git) {
    const other = liveByKey.get(resourceKey(resource));
    if (!other) {
      drifts.push({ kind: 'not-applied', git: resource, twin: unmanaged.find((it) => isTwin(resource, it)) });
      continue;
    }
    const differences = differencesOf(resource, other);
    if (differences.length > 0) drifts.push({ kind: 'changed', git: resource, live: other, differences });
  }
  const absent = git.filter((resource) => !liveByKey.has(resourceKey(resource)));
  for (const resource of unmanaged) {
    drifts.push({ kind: 'unmanaged', live: resource, twin: absent.find((it) => isTwin(it, resource)) });
  }
  return drifts;
}

/** All differences between two versions of one object, weak ones (of spelling) included. */
export function differencesOf(git: Resource, live: Resource): FieldDifference[] {
  const options = { namespace: git.metadata.namespace, liveOnlyFields: verbatimGroup.test(git.group) };
  const found = fieldDifferences(git.object['spec'] ?? {}, live.object['spec'] ?? {}, ['spec'], options);
  for (const part of ['labels', 'annotations'] as const) {
    const pick = (resource: Resource): Record<string, string> =>
      Object.fromEntries(Object.entries(resource.metadata[part]).filter(([key]) => isEffective(key)));
    const pairs = fieldDifferences(pick(git), pick(live), ['metadata', part], { ...options, liveOnlyFields: true });
    found.push(...pairs.map((difference) => ({ ...difference, weak: true })));
  }
  return found;
}

/** The same object under another namespace: same kind, name and spec. */
function isTwin(a: Resource, b: Resource): boolean {
  return (
    a.kind === b.kind &&
    a.group === b.group &&
    a.metadata.name === b.metadata.name &&
    a.metadata.namespace !== b.metadata.namespace &&
    differencesOf(a, b).every((difference) => difference.weak)
  );
}
