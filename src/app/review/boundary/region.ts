import type { Message } from '../../../model/envoy.ts';
import { type Conditions, conditionsOf, meets } from './conditions.ts';
import type { Parts } from './request.ts';
import { valueFor, valuesBeside } from './values.ts';

/** So many times a request is changed in one part to get out of the way of other matches. */
const mostSteps = 12;

/**
 * A request that all of `inside` take and none of `before`, found by changing one part at a time; undefined where there is
 * none, or none is found.
 */
export function requestIn(inside: readonly Message[], before: readonly Message[]): Parts | undefined {
  const own = joined(inside.map(conditionsOf));
  let parts = new Map<string, string | undefined>();
  for (const [part, conditions] of own) {
    const found = valueFor(part, conditions);
    if (!found) return undefined;
    parts.set(part, found.value);
  }
  const others = before.map(conditionsOf);
  for (let steps = 0; steps < mostSteps; steps++) {
    const takers = others.filter((it) => meets(it, parts));
    const [taker] = takers;
    if (!taker) return parts;
    const better = fewestTakers(taker, own, others, parts);
    if (!better || better.takers >= takers.length) return undefined;
    parts = better.parts;
  }
  return undefined;
}

/** The change of one part that leaves the fewest of the others that take the request. */
function fewestTakers(taker: Conditions, own: Conditions, others: readonly Conditions[], parts: Parts) {
  let best: { parts: Map<string, string | undefined>; takers: number } | undefined;
  for (const part of taker.keys()) {
    const theirs = others.filter((it) => meets(it, parts)).flatMap((it) => it.get(part) ?? []);
    for (const value of valuesBeside(part, own.get(part) ?? [], theirs)) {
      const changed = new Map(parts).set(part, value);
      if (meets(taker, changed)) continue;
      const takers = others.filter((it) => meets(it, changed)).length;
      if (!best || takers < best.takers) best = { parts: changed, takers };
      if (takers === 0) return best;
    }
  }
  return best;
}

function joined(all: readonly Conditions[]): Conditions {
  const parts = new Set(all.flatMap((it) => [...it.keys()]));
  return new Map([...parts].map((part) => [part, all.flatMap((it) => it.get(part) ?? [])]));
}
