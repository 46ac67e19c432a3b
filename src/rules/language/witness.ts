import { representatives } from './intervals.ts';
import type { Language } from './matcher.ts';

/** Beyond so many sets of states the search ends without an answer. */
const mostStates = 3_000;

/**
 * A shortest text that every language of `inside` takes and none of `outside`; undefined where there is none, or the
 * search would be too large. The automata run side by side, as in `includedIn`.
 */
export function textIn(inside: readonly Language[], outside: readonly Language[] = []): string | undefined {
  const [first] = inside;
  if (!first) return undefined;
  const automata = [...inside, ...outside].map((it) => it.automaton);
  const alphabet = representatives(
    automata.flatMap((it) => it.ranges()),
    first.all,
  ).filter((point) => point < 0x7f);
  const start = automata.map((it) => it.start());
  const seen = new Set([start.join(';')]);
  let open: { states: number[][]; text: string }[] = [{ states: start, text: '' }];
  while (open.length > 0) {
    const reached: typeof open = [];
    for (const { states, text } of open) {
      if (automata.every((it, index) => it.accepts(states[index] ?? []) === index < inside.length)) return text;
      for (const point of alphabet) {
        const next = automata.map((it, index) => it.next(states[index] ?? [], point));
        if (next.some((it, index) => index < inside.length && it.length === 0)) continue;
        const key = next.join(';');
        if (seen.has(key)) continue;
        if (seen.size >= mostStates) return undefined;
        seen.add(key);
        reached.push({ states: next, text: text + String.fromCharCode(point) });
      }
    }
    open = reached;
  }
  return undefined;
}
