import { resourceName } from '../model/resource.ts';
import type { Registry, Service } from '../registry/types.ts';

/** Whether a service is taken to exist since a repository names it without holding it: its ports are a guess then. */
export function isAssumed({ assumed }: Registry, { resource }: Service): boolean {
  return assumed.has(resourceName(resource));
}
