import type { Resource } from './resource.ts';

/** Stands in for the creation time of an object that no API server has got: it will be the newest. */
export const notYetCreated = '9999-12-31T23:59:59Z';

/** When all was made that is made up for a run without a cluster: before everything else. */
export const madeUpAt = '2000-01-01T00:00:00Z';

/** Whether it is known when an object was created. */
export function isAgeKnown({ metadata: { creationTimestamp } }: Resource): boolean {
  return creationTimestamp !== undefined && creationTimestamp !== notYetCreated && creationTimestamp !== madeUpAt;
}
