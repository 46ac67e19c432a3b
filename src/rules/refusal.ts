import type { Resource } from '../model/resource.ts';

/**
 * What follows of a refusal.
 *
 * @param who `the API server refuses the object`
 * @param former the version that the API server has; undefined where it has none
 */
export function refusal(who: string, former: Resource | undefined): string {
  return `${who}, so nothing of it is applied${former ? ': the cluster keeps its former version' : ''}.`;
}
