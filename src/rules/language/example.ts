import type { Message } from '../../model/envoy.ts';
import { includedIn } from './inclusion.ts';
import { type Language, pathLanguage, valueLanguage } from './matcher.ts';

/** A shortest text of a language; undefined where it is empty or too large to search. */
function exampleOf(language: Language | undefined): string | undefined {
  if (!language) return undefined;
  const inclusion = includedIn(language, []);
  return inclusion === 'unknown' || inclusion.included ? undefined : inclusion.witness;
}

/** A path that a `RouteMatch` with a regular expression takes. */
export function examplePath(match: Message): string | undefined {
  return exampleOf(pathLanguage(match));
}

/** A value that a `StringMatcher` takes. */
export function exampleValue(matcher: Message): string | undefined {
  return exampleOf(valueLanguage(matcher));
}
