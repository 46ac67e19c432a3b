import type { Resource } from '../model/resource.ts';
import { resourceKey, resourceName } from '../model/resource.ts';
import type { Diagnostic } from './diagnostic.ts';
import { locateObject } from './locate.ts';

/**
 * Leaves every object once. Of several files with one object the last counts, as when all are applied in order; each
 * further place is reported.
 */
export function mergeResources(resources: readonly Resource[]): { resources: Resource[]; diagnostics: Diagnostic[] } {
  const byKey = new Map<string, Resource[]>();
  for (const resource of resources) {
    const key = resourceKey(resource);
    byKey.set(key, [...(byKey.get(key) ?? []), resource]);
  }
  const diagnostics: Diagnostic[] = [];
  const merged: Resource[] = [];
  for (const same of byKey.values()) {
    const last = same.at(-1) as Resource;
    merged.push(last);
    if (same.length > 1) diagnostics.push(duplicate(same, last));
  }
  return { resources: merged, diagnostics };
}

function duplicate(same: readonly Resource[], last: Resource): Diagnostic {
  const equal = new Set(same.map((resource) => JSON.stringify(resource.object))).size === 1;
  const others = same.filter((resource) => resource !== last);
  return {
    severity: equal ? 'info' : 'warning',
    subject: resourceName(last),
    message: `${resourceName(last)} stands in ${same.length} places${equal ? ', equal in all' : ' that differ'}: ${same.map(placeOf).join(', ')}; the last counts`,
    location: locateObject(last),
    fix: 'keep one, or name what to read: --path, --kustomize, or paths in .mesh.yaml',
    related: others.map((resource) => ({ message: 'also here', location: locateObject(resource) })),
  };
}

function placeOf(resource: Resource): string {
  const location = locateObject(resource);
  return location ? `${location.file}:${location.line}` : 'an unknown place';
}
