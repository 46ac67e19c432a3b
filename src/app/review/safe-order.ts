/** What a search for an order found. */
export type Order =
  | { kind: 'safe'; keys: string[] }
  /** Every order was ruled out. */
  | { kind: 'none' }
  /** Too many states would have to be judged. */
  | { kind: 'not-found' };

/**
 * An order in which no state in between is bad: depth first, in the order of `keys` where there is a choice, and no state
 * is entered twice.
 *
 * @param isBad of a set of keys, and asked once for each
 * @param most so many states are judged at the most
 */
export function safeOrder(keys: readonly string[], isBad: (state: readonly string[]) => boolean, most: number): Order {
  const dead = new Set<string>();
  let judged = 0;
  const extend = (order: readonly string[]): string[] | undefined => {
    if (order.length === keys.length) return [...order];
    for (const key of keys) {
      if (order.includes(key)) continue;
      const next = [...order, key];
      const state = [...next].sort().join('\n');
      if (dead.has(state)) continue;
      if (next.length < keys.length) {
        if (judged >= most) return undefined;
        judged += 1;
        if (isBad(next)) {
          dead.add(state);
          continue;
        }
      }
      const found = extend(next);
      if (found) return found;
      dead.add(state);
    }
    return undefined;
  };
  const found = extend([]);
  if (found) return { kind: 'safe', keys: found };
  return judged >= most ? { kind: 'not-found' } : { kind: 'none' };
}
