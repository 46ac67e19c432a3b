import type { Difference } from '../../compare/types.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { BlastRadius, ReviewedChange } from '../../model/review.ts';
import { evidenceOf } from '../drift/effect.ts';
import { shown } from '../drift/effects-wording.ts';
import type { EffectiveChange } from './effective-changes.ts';

/** The proxies that hold something else after the change, grouped by what changes in them. */
export function blastRadius(effective: readonly EffectiveChange[], changes: readonly ReviewedChange[]): BlastRadius[] {
  const groups = new Map<string, { proxies: Proxy[]; differences: Difference[] }>();
  for (const { proxy, differences } of effective) {
    const signature = signatureOf(proxy, differences, changes);
    const group = groups.get(signature) ?? { proxies: [], differences };
    groups.set(signature, group);
    group.proxies.push(proxy);
  }
  return [...groups.values()]
    .map(({ proxies, differences }) => ({
      proxies: proxies.map(({ id }) => id).sort(),
      changes: wordsOf(changes, proxies),
      evidence: evidenceOf(proxies[0], differences, 20),
    }))
    .sort((a, b) => b.proxies.length - a.proxies.length || ((a.proxies[0] ?? '') < (b.proxies[0] ?? '') ? -1 : 1));
}

/**
 * What makes two proxies' changes one: the same changes of config act on the same kinds of resources. Addresses and ports
 * of their own, which stand in their inbound listeners, tell no two apart.
 */
function signatureOf(proxy: Proxy, differences: readonly Difference[], changes: readonly ReviewedChange[]): string {
  const resources = differences.map(({ type, name }) => `${type} ${name.startsWith('inbound|') ? 'inbound' : name}`);
  return JSON.stringify([wordsOf(changes, [proxy]), [...new Set(resources)].sort()]);
}

/** The changes that alone alter one of the proxies; where none does so alone, all of them. */
function wordsOf(changes: readonly ReviewedChange[], proxies: readonly Proxy[]): string[] {
  const ids = new Set(proxies.map(({ id }) => id));
  const own = changes.filter((change) => change.proxies.some((id) => ids.has(id)));
  return (own.length > 0 ? own : changes).map(inWords);
}

function inWords({ resource, field, kind, head, base }: ReviewedChange): string {
  if (kind !== 'changed') return `${resource} is ${kind}`;
  return `${resource} ${field}: ${shown(base)} -> ${shown(head)}`;
}
