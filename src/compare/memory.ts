import type { Comparison } from './types.ts';

/**
 * What pairs of resources gave when they were compared. Replicas share their resources on both sides (what was compiled
 * once, what their dumps print alike): such a pair is compared once, and the proxies of all of them have the result.
 * Pairs are known by identity, so nobody may change a resource; with one of the two a result is forgotten.
 */
export class ComparisonMemory {
  readonly #results = new WeakMap<object, WeakMap<object, Map<string, Comparison>>>();

  /**
   * @param context what else decides the result, as one text
   * @param compare makes it where the pair is new; what it gives is shared and must not be changed
   */
  of(expected: object, live: object, context: string, compare: () => Comparison): Comparison {
    let byLive = this.#results.get(expected);
    if (!byLive) this.#results.set(expected, (byLive = new WeakMap()));
    let byContext = byLive.get(live);
    if (!byContext) byLive.set(live, (byContext = new Map()));
    let result = byContext.get(context);
    if (!result) byContext.set(context, (result = compare()));
    return result;
  }
}
