import type { Message } from '../../model/envoy.ts';
import { type HttpRequest, pathOnly } from '../request.ts';
import type { Condition } from './condition.ts';
import { fullMatch } from './regex.ts';
import { templateRegex } from './uri-template.ts';

/** A prepared path specifier; `matched` is what a prefix rewrite replaces. */
export interface PathMatch extends Condition<HttpRequest> {
  matched(path: string): string;
  words: string;
}

/**
 * Prepares the path specifier of `route.v3.RouteMatch`. All look at the path without its query; a CONNECT has no path, and
 * only `connect_matcher` takes it (RouteEntryImplBase::supportsPathlessHeaders).
 */
export function pathMatch(match: Message): PathMatch {
  const path = ofPath(match);
  if (match['connect_matcher']) return path;
  return {
    ...path,
    test: (request) => request.path !== '' && path.test(request),
    why: (request) =>
      request.path === '' ? `${path.words} does not match a CONNECT, which has no path` : path.why(request),
  };
}

function ofPath(match: Message): PathMatch {
  const fold = match['case_sensitive'] === false;
  const lower = (text: string): string => (fold ? text.toLowerCase() : text);
  const suffix = fold ? ' (any case)' : '';
  const whole = (test: (path: string) => boolean, words: string): PathMatch => ({
    test: (request) => test(pathOnly(request.path)),
    why: (request) => `${words} does not match ${pathOnly(request.path)}`,
    matched: (path) => path,
    words,
  });
  if (typeof match['path'] === 'string') {
    const wanted = lower(match['path']);
    const exact = whole((path) => lower(path) === wanted, `path ${match['path']}${suffix}`);
    return {
      ...exact,
      why: (request) =>
        `${exact.words} is not ${pathOnly(request.path)}${slashHint(wanted, lower(pathOnly(request.path)))}`,
    };
  }
  if (typeof match['path_separated_prefix'] === 'string') {
    const prefix: string = match['path_separated_prefix'];
    const wanted = lower(prefix);
    const test = (path: string): boolean =>
      lower(path).startsWith(wanted) && (path.length === wanted.length || path[wanted.length] === '/');
    return {
      ...whole(test, `path-separated prefix ${prefix}${suffix}`),
      matched: (path) => path.slice(0, prefix.length),
    };
  }
  if (match['safe_regex'])
    return whole(fullMatch(match['safe_regex']['regex'] ?? ''), `regex ${match['safe_regex']['regex']}`);
  const template = match['path_match_policy']?.['typed_config']?.['path_template'];
  if (typeof template === 'string') {
    const matches = whole(fullMatch(templateRegex(template)), `template ${template}`);
    // Envoy takes the template's own text for what was matched.
    return { ...matches, matched: (path) => path.slice(0, template.length) };
  }
  if (match['connect_matcher']) {
    const words = 'CONNECT';
    return {
      test: ({ method }) => method === 'CONNECT',
      why: ({ method }) => `method ${method} is not CONNECT`,
      matched: (path) => path,
      words,
    };
  }
  const prefix: string = match['prefix'] ?? '';
  const wanted = lower(prefix);
  const words = `prefix ${prefix}${suffix}`;
  return {
    test: prefix === '/' ? () => true : ({ path }) => lower(pathOnly(path)).startsWith(wanted),
    why: ({ path }) => `${words} does not match ${pathOnly(path)}${slashHint(wanted, lower(pathOnly(path)))}`,
    matched: (path) => path.slice(0, prefix.length),
    words,
  };
}

/** The one letter that most often makes the difference. */
function slashHint(wanted: string, path: string): string {
  if (wanted === `${path}/`) return ': no trailing slash';
  if (path === `${wanted}/`) return ': it has a trailing slash';
  return '';
}
