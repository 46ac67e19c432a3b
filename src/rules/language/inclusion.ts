import { representatives } from './intervals.ts';
import type { Language } from './matcher.ts';

/** Beyond so many pairs of states nothing is proven. */
const mostStates = 20_000;

export type Inclusion = { included: true } | { included: false; witness: string } | 'unknown';

/**
 * Whether every text of `inner` is in one of `outer`: both are run side by side over one character of each class that
 * they tell apart. Where it is not so, a shortest text that shows it is given.
 */
export function includedIn(inner: Language, outer: readonly Language[]): Inclusion {
  const automata = [inner.automaton, ...outer.map((it) => it.automaton)];
  const alphabet = representatives(
    automata.flatMap((it) => it.ranges()),
    inner.all,
  );
  const start = automata.map((it) => it.start());
  const seen = new Set([key(start)]);
  let open: { states: number[][]; text: string }[] = [{ states: start, text: '' }];
  while (open.length > 0) {
    const reached: typeof open = [];
    for (const { states, text } of open) {
      const accepts = (index: number): boolean => automata[index]?.accepts(states[index] ?? []) ?? false;
      if (accepts(0) && !automata.some((_, index) => index > 0 && accepts(index)))
        return { included: false, witness: text };
      for (const point of alphabet) {
        const next = automata.map((it, index) => it.next(states[index] ?? [], point));
        if (next[0]?.length === 0 || seen.has(key(next))) continue;
        if (seen.size >= mostStates) return 'unknown';
        seen.add(key(next));
        reached.push({ states: next, text: text + String.fromCharCode(point) });
      }
    }
    open = reached;
  }
  return { included: true };
}

function key(states: readonly number[][]): string {
  return states.map((it) => it.join(',')).join(';');
}
