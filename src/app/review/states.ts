import { type Resource, resourceKey } from '../../model/resource.ts';
import type { RegistryInput } from '../../registry/types.ts';
import { overlay } from '../drift/overlay.ts';

/** The two states that a change lies between, over one cluster. */
export interface ReviewedStates {
  base: RegistryInput;
  head: RegistryInput;
}

/**
 * Lays both sides over the cluster's objects. What only the base holds is deleted by the change; what neither side holds
 * stays as the cluster has it.
 */
export function reviewedStates(
  cluster: RegistryInput,
  base: readonly Resource[],
  head: readonly Resource[],
): ReviewedStates {
  const before = overlay(cluster.resources, base);
  const kept = new Set(head.map(resourceKey));
  const deleted = new Set(base.map(resourceKey).filter((key) => !kept.has(key)));
  const left = before.filter((resource) => !deleted.has(resourceKey(resource)));
  return { base: { ...cluster, resources: before }, head: { ...cluster, resources: overlay(left, head) } };
}

/** The base with the change of some objects only. */
export function withChanges(states: ReviewedStates, keys: ReadonlySet<string>): RegistryInput {
  const changed = new Map(
    states.head.resources.flatMap((it) => (keys.has(resourceKey(it)) ? [[resourceKey(it), it] as const] : [])),
  );
  const before = new Set(states.base.resources.map(resourceKey));
  const resources = states.base.resources.flatMap((resource) => {
    const key = resourceKey(resource);
    if (!keys.has(key)) return [resource];
    const instead = changed.get(key);
    return instead ? [instead] : [];
  });
  const added = [...changed].filter(([key]) => !before.has(key)).map(([, resource]) => resource);
  return { ...states.base, resources: [...resources, ...added] };
}
