import type { Message } from '../../model/envoy.ts';
import { isObject, type Json, objects } from '../../model/json.ts';
import type { HttpRequest } from '../request.ts';
import type { Condition } from './condition.ts';
import { stringMatch } from './string-match.ts';

/** Prepares `type.matcher.v3.MetadataMatcher` over the request's dynamic metadata, such as the claims of a token. */
export function metadataMatch(matcher: Message): Condition<Pick<HttpRequest, 'metadata'>> {
  const filter = String(matcher['filter'] ?? '');
  const path = objects(matcher['path']).map((step) => String(step['key']));
  const invert = matcher['invert'] === true;
  const value = valueMatch(matcher['value'] ?? {});
  return {
    test(request) {
      let found: unknown = request.metadata?.[filter];
      for (const key of path) found = isObject(found) ? found[key] : undefined;
      return value(found as Json | undefined) !== invert;
    },
    why: () => `${filter} metadata ${path.join('.')} does not match`,
  };
}

/** Prepares `type.matcher.v3.ValueMatcher`; what is absent matches nothing but `present_match: false`. */
function valueMatch(matcher: Message): (value: Json | undefined) => boolean {
  if (matcher['string_match']) {
    const match = stringMatch(matcher['string_match']);
    return (value) => typeof value === 'string' && match.test(value);
  }
  if (matcher['bool_match'] !== undefined) return (value) => value === matcher['bool_match'];
  if (matcher['present_match'] !== undefined)
    return (value) => (value !== undefined && value !== null) === matcher['present_match'];
  if (matcher['null_match']) return (value) => value === null;
  if (matcher['double_match']) {
    const { exact, range } = matcher['double_match'] as { exact?: number; range?: { start?: number; end?: number } };
    return (value) =>
      typeof value === 'number' &&
      (range ? value >= (range.start ?? 0) && value < (range.end ?? 0) : value === (exact ?? 0));
  }
  if (matcher['list_match']?.['one_of']) {
    const match = valueMatch(matcher['list_match']['one_of']);
    return (value) => Array.isArray(value) && value.some(match);
  }
  if (matcher['or_match']) {
    const matches = objects(matcher['or_match']['value_matchers']).map(valueMatch);
    return (value) => matches.some((match) => match(value));
  }
  return () => false;
}
