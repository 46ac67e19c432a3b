import { representatives } from './intervals.ts';
import type { Language } from './matcher.ts';

interface Found {
  text?: string;
  /** Whether the search went to its end; if not, there may be a text all the same. */
  isWhole: boolean;
}

/**
 * A shortest text that every language of `inside` takes and none of `outside`: all are run side by side over one
 * character of each class that they tell apart.
 *
 * @param mostStates sets of states to go through at the most
 * @param last character that may be in the text; by default any
 */
export function shortestText(
  inside: readonly Language[],
  outside: readonly Language[],
  { mostStates, last = 0xffff }: { mostStates: number; last?: number },
): Found {
  const [first] = inside;
  if (!first) return { isWhole: true };
  const automata = [...inside, ...outside].map((it) => it.automaton);
  const alphabet = representatives(
    automata.flatMap((it) => it.ranges()),
    first.all,
  ).filter((point) => point <= last);
  const start = automata.map((it) => it.start());
  const seen = new Set([start.join(';')]);
  let open: { states: number[][]; text: string }[] = [{ states: start, text: '' }];
  while (open.length > 0) {
    const reached: typeof open = [];
    for (const { states, text } of open) {
      if (automata.every((it, index) => it.accepts(states[index] ?? []) === index < inside.length))
        return { text, isWhole: true };
      for (const point of alphabet) {
        const next = automata.map((it, index) => it.next(states[index] ?? [], point));
        const isDead = next.some((it, index) => index < inside.length && it.length === 0);
        const key = next.join(';');
        if (isDead || seen.has(key)) continue;
        if (seen.size >= mostStates) return { isWhole: false };
        seen.add(key);
        reached.push({ states: next, text: text + String.fromCharCode(point) });
      }
    }
    open = reached;
  }
  return { isWhole: true };
}
