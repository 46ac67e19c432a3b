import type { Language } from './matcher.ts';
import { shortestText } from './shortest-text.ts';

/** Beyond so many sets of states nothing is proven. */
const mostStates = 20_000;

export type Inclusion = { included: true } | { included: false; witness: string } | 'unknown';

/** Whether every text of `inner` is in one of `outer`; where it is not so, a shortest text that shows it is given. */
export function includedIn(inner: Language, outer: readonly Language[]): Inclusion {
  const { text, isWhole } = shortestText([inner], outer, { mostStates });
  if (text !== undefined) return { included: false, witness: text };
  return isWhole ? { included: true } : 'unknown';
}
