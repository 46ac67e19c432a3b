import type { Message } from '../../model/envoy.ts';
import type { Path } from '../../model/json.ts';
import { includedIn } from './inclusion.ts';
import { pathLanguage } from './matcher.ts';

/** Why no request meets a match: the place in the `RouteMatch` at fault, and words. */
export interface Never {
  path: Path;
  why: 'slash' | 'query' | 'empty' | 'contradiction' | 'case' | 'scheme' | 'authority';
}

const known = new WeakMap<Message, { never: Never | undefined }>();

/**
 * Whether a `RouteMatch` takes no request at all: a path without a slash at its beginning, or with a query or fragment,
 * which are no part of what Envoy matches; a header that must be there and not be there; a method in small letters,
 * a scheme in capitals.
 */
export function neverMatches(match: Message): Never | undefined {
  const found = known.get(match) ?? { never: impossiblePath(match) ?? impossibleHeader(match) };
  known.set(match, found);
  return found.never;
}

function impossiblePath(match: Message): Never | undefined {
  for (const key of ['path', 'prefix', 'path_separated_prefix'] as const) {
    const text = match[key];
    if (typeof text !== 'string' || text === '') continue;
    if (!text.startsWith('/')) return text === '*' ? undefined : { path: [key], why: 'slash' };
    if (/[?#]/.test(text)) return { path: [key], why: 'query' };
  }
  if (match['safe_regex'] === undefined) return undefined;
  const language = pathLanguage(match);
  const paths = language && pathLanguage({ safe_regex: { regex: '[^/].*|.*[?#].*' } });
  const outside = paths && includedIn(language, [paths]);
  return outside && outside !== 'unknown' && outside.included ? { path: ['safe_regex'], why: 'empty' } : undefined;
}

function impossibleHeader(match: Message): Never | undefined {
  const headers = (match['headers'] ?? []) as Message[];
  for (const [index, header] of headers.entries()) {
    if (header['invert_match'] === true) continue;
    const exact = header['string_match']?.exact;
    if (header['name'] === ':method' && typeof exact === 'string' && /[a-z]/.test(exact) && !/[A-Z]/.test(exact))
      return { path: ['headers', index], why: 'case' };
    if (header['name'] === ':scheme' && typeof exact === 'string' && /[A-Z]/.test(exact))
      return { path: ['headers', index], why: 'scheme' };
    const excluded = headers.some(
      (other) =>
        other['invert_match'] === true &&
        other['name'] === header['name'] &&
        (other['present_match'] === true || (exact !== undefined && other['string_match']?.exact === exact)),
    );
    if (excluded) return { path: ['headers', index], why: 'contradiction' };
  }
  return undefined;
}
