import type { Message } from '../../model/envoy.ts';
import { type HttpRequest, headerOf } from '../request.ts';
import type { Condition } from './condition.ts';
import { type StringMatch, stringMatch } from './string-match.ts';

/**
 * Prepares `route.v3.HeaderMatcher` (Envoy's HeaderUtility): a header that is missing never matches a value, inverted or
 * not, unless `treat_missing_header_as_empty` is set; only its presence can be inverted.
 */
export function headerMatch(matcher: Message): Condition<HttpRequest> {
  const name = String(matcher['name'] ?? '').toLowerCase();
  const invert = matcher['invert_match'] === true;
  const missingIsEmpty = matcher['treat_missing_header_as_empty'] === true;
  const value = valueMatch(matcher);
  if (!value) {
    const present = matcher['present_match'] !== false;
    const wanted = present !== invert;
    return {
      test: (request) => (missingIsEmpty || headerOf(request, name) !== undefined) === wanted,
      why: () => (wanted ? `header ${name} is missing` : `header ${name} is present and must not be`),
    };
  }
  return {
    test(request) {
      const text = headerOf(request, name) ?? (missingIsEmpty ? '' : undefined);
      return text !== undefined && value.test(text) !== invert;
    },
    why(request) {
      const text = headerOf(request, name);
      if (text === undefined && !missingIsEmpty) return `header ${name} is missing, ${value.words} is asked for`;
      return `header ${name} is "${text ?? ''}", ${invert ? `which ${value.words} excludes` : `not ${value.words}`}`;
    },
  };
}

/** Undefined: the matcher asks for presence alone. */
function valueMatch(matcher: Message): StringMatch | undefined {
  if (matcher['string_match']) return stringMatch(matcher['string_match']);
  if (matcher['safe_regex_match']) return stringMatch({ safe_regex: matcher['safe_regex_match'] });
  for (const kind of ['exact', 'prefix', 'suffix', 'contains'])
    if (typeof matcher[`${kind}_match`] === 'string') return stringMatch({ [kind]: matcher[`${kind}_match`] });
  const range = matcher['range_match'];
  if (!range) return undefined;
  const start = BigInt(range['start'] ?? 0);
  const end = BigInt(range['end'] ?? 0);
  return {
    test: (text) => /^[+-]?\d+$/.test(text) && BigInt(text) >= start && BigInt(text) < end,
    words: `in the range from ${start} to ${end}`,
  };
}
