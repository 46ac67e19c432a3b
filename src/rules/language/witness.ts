import type { Language } from './matcher.ts';
import { shortestText } from './shortest-text.ts';

/** Beyond so many sets of states the search ends without an answer. */
const mostStates = 3_000;

/**
 * A shortest text of ASCII that every language of `inside` takes and none of `outside`; undefined where there is none, or
 * the search would be too large.
 */
export function textIn(inside: readonly Language[], outside: readonly Language[] = []): string | undefined {
  return shortestText(inside, outside, { mostStates, last: 0x7e }).text;
}
