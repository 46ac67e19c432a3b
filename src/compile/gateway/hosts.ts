import { isSubsetOf, isWildcard } from '../../registry/hostname.ts';

/** What two host names have in common: the narrower of them, or undefined where neither covers the other (`host.Names.Intersection`). */
export function intersectHosts(a: string, b: string): string | undefined {
  if (isSubsetOf(a, b)) return a;
  return isSubsetOf(b, a) ? b : undefined;
}

/** Orders host names from the most specific: exact before wildcard, longer before shorter, then by the alphabet (`host.MoreSpecific`). */
export function compareHosts(a: string, b: string): number {
  const wildcard = Number(isWildcard(a)) - Number(isWildcard(b));
  return wildcard || b.length - a.length || (a < b ? -1 : a > b ? 1 : 0);
}
