import type { Message } from '../../../model/envoy.ts';
import { type Language, pathLanguage, valueLanguage } from '../../../rules/language/matcher.ts';

const known = new WeakMap<Message, { language: Language | undefined }>();

/** The paths that a match takes, or nearly: whoever uses one of them asks the matcher itself. */
export function pathsOf(match: Message): Language | undefined {
  return remembered(match, () => pathLanguage(match) ?? pathLanguage(nearly(match)));
}

/** The values that a StringMatcher takes, or nearly. */
export function valuesOf(matcher: Message): Language | undefined {
  return remembered(matcher, () => valueLanguage(matcher) ?? valueLanguage(nearly(matcher)));
}

function remembered(key: Message, make: () => Language | undefined): Language | undefined {
  let found = known.get(key);
  if (!found) {
    found = { language: make() };
    known.set(key, found);
  }
  return found.language;
}

const classes: Record<string, string> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: '0-9A-Za-z',
  lower: 'a-z',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** A regular expression without what automata cannot do: flags, the bounds of words, POSIX classes by their name. */
function nearly(matcher: Message): Message {
  const regex: unknown = matcher['safe_regex']?.['regex'];
  if (typeof regex !== 'string') return matcher;
  const plain = regex
    .replace(/\(\?[a-zA-Z-]+\)/g, '')
    .replace(/\(\?[a-zA-Z-]+:/g, '(?:')
    .replace(/\\[bBAz]/g, '')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => classes[name] ?? whole);
  return { ...matcher, safe_regex: { regex: plain } };
}
