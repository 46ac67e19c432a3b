import { notYetCreated } from '../model/age.ts';
import type { Resource } from '../model/resource.ts';

/** Creation time of a resource, comparable as text. */
export function creationTime(resource: Resource): string {
  return resource.metadata.creationTimestamp ?? notYetCreated;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** istiod's order of configs (model.sortConfigByCreationTime): oldest first, ties by name, then namespace. */
export function byCreation(a: Resource, b: Resource): number {
  return (
    compareText(creationTime(a), creationTime(b)) ||
    compareText(a.metadata.name, b.metadata.name) ||
    compareText(a.metadata.namespace, b.metadata.namespace)
  );
}
