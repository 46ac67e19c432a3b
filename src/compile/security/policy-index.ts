import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';

const indexes = new WeakMap<Registry, Map<string, Map<string, Resource[]>>>();

/** The policies of a kind in one namespace, oldest first. Looked up for every filter chain, so indexed once. */
export function policiesIn(registry: Registry, kind: string, namespace: string): readonly Resource[] {
  let kinds = indexes.get(registry);
  if (!kinds) {
    kinds = new Map();
    indexes.set(registry, kinds);
  }
  let index = kinds.get(kind);
  if (!index) {
    index = Map.groupBy(registry.resources(kind), (policy) => policy.metadata.namespace);
    kinds.set(kind, index);
  }
  return index.get(namespace) ?? [];
}
