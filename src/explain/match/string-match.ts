import type { Message } from '../../model/envoy.ts';
import { fullMatch } from './regex.ts';

/** A prepared StringMatcher: the predicate, and how it reads in a sentence. */
export interface StringMatch {
  test(text: string): boolean;
  /** `exact "a"`, `prefix "/x" (any case)` */
  words: string;
}

const never: StringMatch = { test: () => false, words: 'a matcher that is not known' };

/** Prepares `type.matcher.v3.StringMatcher`; `ignore_case` folds ASCII and does not apply to regular expressions. */
export function stringMatch(matcher: Message): StringMatch {
  const fold = matcher['ignore_case'] === true;
  const suffix = fold ? ' (any case)' : '';
  const lower = (text: string): string => (fold ? text.toLowerCase() : text);
  const kind = (['exact', 'prefix', 'suffix', 'contains'] as const).find((it) => typeof matcher[it] === 'string');
  if (kind) {
    const wanted = lower(matcher[kind]);
    const words = `${kind} "${matcher[kind]}"${suffix}`;
    if (kind === 'exact') return { test: (text) => lower(text) === wanted, words };
    if (kind === 'prefix') return { test: (text) => lower(text).startsWith(wanted), words };
    if (kind === 'suffix') return { test: (text) => lower(text).endsWith(wanted), words };
    return { test: (text) => lower(text).includes(wanted), words };
  }
  const pattern = matcher['safe_regex']?.['regex'];
  if (typeof pattern === 'string') return { test: fullMatch(pattern), words: `regex "${pattern}"` };
  // An empty oneof is `exact: ""` where a printer leaves defaults out.
  if (Object.keys(matcher).every((key) => key === 'ignore_case'))
    return { test: (text) => text === '', words: 'exact ""' };
  return never;
}
