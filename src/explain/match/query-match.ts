import type { Message } from '../../model/envoy.ts';
import type { HttpRequest } from '../request.ts';
import type { Condition } from './condition.ts';
import { stringMatch } from './string-match.ts';

/** Prepares `route.v3.QueryParameterMatcher`: the first value of a name decides, percent signs are not decoded. */
export function queryMatch(matcher: Message): Condition<HttpRequest> {
  const name = String(matcher['name'] ?? '');
  if (!matcher['string_match']) {
    const wanted = matcher['present_match'] !== false;
    return {
      test: ({ path }) => (queryParameter(path, name) !== undefined) === wanted,
      why: () => (wanted ? `query parameter ${name} is missing` : `query parameter ${name} is present and must not be`),
    };
  }
  const value = stringMatch(matcher['string_match']);
  return {
    test({ path }) {
      const text = queryParameter(path, name);
      return text !== undefined && value.test(text);
    },
    why({ path }) {
      const text = queryParameter(path, name);
      return text === undefined
        ? `query parameter ${name} is missing, ${value.words} is asked for`
        : `query parameter ${name} is "${text}", not ${value.words}`;
    },
  };
}

/** The first value of a query parameter (Http::Utility::QueryParamsMulti::parseQueryString), undefined where it is missing. */
export function queryParameter(path: string, name: string): string | undefined {
  const start = path.indexOf('?');
  if (start < 0) return undefined;
  const end = path.indexOf('#', start);
  for (const part of path.slice(start + 1, end < 0 ? undefined : end).split('&')) {
    const equals = part.indexOf('=');
    if ((equals < 0 ? part : part.slice(0, equals)) === name) return equals < 0 ? '' : part.slice(equals + 1);
  }
  return undefined;
}
