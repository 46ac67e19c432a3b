import { isObject, sortedJson, valueAt } from '../../model/json.ts';

/** Which item of one list stands for which of the other; -1 where an item has no partner. */
export interface Pairing {
  /** For each left item the index of its right partner. */
  rightOf: number[];
  /** Right items without a partner. */
  unpaired: number[];
}

/**
 * Pairs the items of two lists of objects by what a person would call the same item: equal ones first, then those of
 * one name, of one identity (port, destination, host), then the most alike. A route taken out of the middle of a list
 * therefore is one missing item, not a change of all that follow.
 */
export function pairItems(left: readonly unknown[], right: readonly unknown[]): Pairing {
  const rightOf = left.map(() => -1);
  const taken = new Set<number>();
  const pairBy = (keyOf: (item: unknown) => string | undefined): void => {
    const free = new Map<string, number[]>();
    for (const [index, item] of right.entries()) {
      const key = taken.has(index) ? undefined : keyOf(item);
      if (key !== undefined) free.set(key, [...(free.get(key) ?? []), index]);
    }
    for (const [index, item] of left.entries()) {
      const key = rightOf[index] === -1 ? keyOf(item) : undefined;
      const partner = key === undefined ? undefined : free.get(key)?.shift();
      if (partner === undefined) continue;
      rightOf[index] = partner;
      taken.add(partner);
    }
  };
  pairBy(sortedJson);
  pairBy((item) => text(valueAt(item, ['name'])));
  pairBy(identity);
  pairAlike(left, right, rightOf, taken);
  return { rightOf, unpaired: right.map((_, index) => index).filter((index) => !taken.has(index)) };
}

/** What names an item of Istio's lists apart from `name`: a destination, a port, a host, a match. */
function identity(item: unknown): string | undefined {
  if (!isObject(item)) return undefined;
  for (const path of [['destination'], ['port', 'number'], ['host'], ['number'], ['issuer'], ['match'], ['key']]) {
    const value = valueAt(item, path);
    if (value !== undefined) return sortedJson([path, value]);
  }
  return undefined;
}

function pairAlike(left: readonly unknown[], right: readonly unknown[], rightOf: number[], taken: Set<number>): void {
  const sameLength = left.length === right.length;
  const candidates = left.flatMap((item, i) =>
    rightOf[i] === -1
      ? right.flatMap((other, j) => (taken.has(j) ? [] : [{ i, j, likeness: likeness(item, other) }]))
      : [],
  );
  const nearest = (a: { i: number; j: number }): number => Math.abs(a.i - a.j);
  candidates.sort((a, b) => b.likeness - a.likeness || nearest(a) - nearest(b));
  for (const { i, j, likeness: share } of candidates) {
    if (rightOf[i] !== -1 || taken.has(j) || (share < 0.5 && !(sameLength && i === j))) continue;
    rightOf[i] = j;
    taken.add(j);
  }
}

/** The share of leaves that two items have in common, 0 to 1. */
function likeness(left: unknown, right: unknown): number {
  const a = leaves(left);
  const b = leaves(right);
  const common = a.filter((leaf) => b.includes(leaf)).length;
  return (2 * common) / Math.max(1, a.length + b.length);
}

function leaves(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${prefix}=${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, `${prefix}.${Array.isArray(value) ? '' : key}`));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
