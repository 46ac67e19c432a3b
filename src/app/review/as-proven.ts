import type { Finding } from '../../model/finding.ts';
import { resourceName } from '../../model/resource.ts';
import type { ChangedObject } from './hazards.ts';

/**
 * Findings that a change introduces in objects that it does not touch: what they rest on was there before and is gone,
 * whatever else a repository does not hold. So they are what the rules call them.
 *
 * @param told what the rules say of the head
 */
export function asProven(
  introduced: readonly Finding[],
  changed: readonly ChangedObject[],
  told: readonly Finding[],
): Finding[] {
  const touched = new Set(changed.map(({ resource }) => resourceName(resource)));
  const key = ({ code, resource, field }: Finding): string => [code, resource, field].join('\n');
  const own = new Map(told.map((finding) => [key(finding), finding]));
  return introduced.map((finding) => (touched.has(finding.resource) ? finding : (own.get(key(finding)) ?? finding)));
}
