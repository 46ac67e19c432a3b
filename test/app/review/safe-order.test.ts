import { describe, expect, it } from 'vitest';
import { safeOrder } from '../../../src/app/review/safe-order.ts';
import { orders } from '../../support/orders.ts';
import { Dice } from '../../support/route-requests.ts';

const keys = ['a', 'b', 'c', 'd', 'e'];

/** The states that an order passes, without both ends. */
function statesOf(order: readonly string[]): string[] {
  return order.slice(0, -1).map((_, index) => nameOf(order.slice(0, index + 1)));
}

function nameOf(state: readonly string[]): string {
  return [...state].sort().join('');
}

describe('safeOrder', () => {
  it('finds an order where trying all finds one, and says that there is none where there is none', () => {
    const dice = new Dice(7);
    const found = { safe: 0, none: 0 };
    for (let round = 0; round < 1500; round++) {
      const some = keys.slice(0, 2 + Math.floor(dice.next() * 4));
      const share = dice.pick([0.2, 0.4, 0.6, 0.8]);
      const bad = new Map<string, boolean>();
      const asked: string[] = [];
      const isBad = (name: string): boolean => {
        bad.set(name, bad.get(name) ?? dice.chance(share));
        return bad.get(name) === true;
      };
      const all = [...orders(some)].map(statesOf);
      const possible = all.some((states) => !states.some(isBad));
      const order = safeOrder(
        some,
        (state) => {
          asked.push(nameOf(state));
          return isBad(nameOf(state));
        },
        1000,
      );
      expect(order.kind).toBe(possible ? 'safe' : 'none');
      if (order.kind === 'safe') expect(statesOf(order.keys).some(isBad)).toBe(false);
      expect(asked.length).toBeLessThanOrEqual(2 ** some.length);
      found[possible ? 'safe' : 'none'] += 1;
    }
    expect(Math.min(found.safe, found.none)).toBeGreaterThan(100);
  });

  it('keeps the given order where that is safe', () => {
    expect(safeOrder(['b', 'a', 'c'], () => false, 100)).toEqual({ kind: 'safe', keys: ['b', 'a', 'c'] });
  });

  it('does not say that there is none where it has not seen all', () => {
    expect(safeOrder(keys, () => true, 3)).toEqual({ kind: 'not-found' });
  });
});
