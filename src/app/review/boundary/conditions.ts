import { methods } from '../../../explain/http/malformed.ts';
import { headerMatch } from '../../../explain/match/header-match.ts';
import { pathMatch } from '../../../explain/match/path-match.ts';
import { queryMatch } from '../../../explain/match/query-match.ts';
import type { HttpRequest } from '../../../explain/request.ts';
import type { Message } from '../../../model/envoy.ts';
import { isObject, objects } from '../../../model/json.ts';
import { ofPath } from './filter-matches.ts';
import { isSendable, pathCandidates } from './path-candidates.ts';
import type { Parts } from './request.ts';
import { valueCandidates } from './value-candidates.ts';

/** One thing that a match asks of one part of a request. */
export interface Condition {
  matcher: Message;
  /** Whether it is inverted, so that a language of what it takes cannot be had from the matcher's text. */
  inverted: boolean;
  test(value: string | undefined): boolean;
  /** Whether a request can have the value as it is. */
  sendable(value: string): boolean;
  candidates: readonly (string | undefined)[];
}

/** What a match asks, by the part of the request. */
export type Conditions = ReadonlyMap<string, readonly Condition[]>;

const known = new WeakMap<Message, Conditions>();

/** The conditions of a `RouteMatch` by the part of the request that they look at; those nobody can ask for are left out. */
export function conditionsOf(match: Message): Conditions {
  const before = known.get(match);
  if (before) return before;
  const found = new Map<string, Condition[]>();
  const add = (part: string, condition: Condition): void => {
    found.set(part, [...(found.get(part) ?? []), condition]);
  };
  const path = pathMatch(match);
  add('path', {
    matcher: match,
    inverted: false,
    // Who makes a CONNECT has no path to change.
    test: (value) => !match['connect_matcher'] && path.test(bare({ path: value ?? '/' })) === true,
    sendable: isSendable,
    candidates: pathCandidates(match),
  });
  for (const matcher of objects(match['headers']) as Message[]) {
    const name = String(matcher['name'] ?? '').toLowerCase();
    // Of another scheme is another search (`withScheme`).
    if (name === ':scheme') continue;
    const header = headerMatch(matcher);
    if (name === ':path') {
      const like = isObject(matcher['string_match']) ? ofPath(matcher['string_match'] as Message) : {};
      add('path', {
        matcher: like,
        inverted: matcher['invert_match'] === true,
        test: (value) => header.test(bare({ path: value ?? '/' })) === true,
        sendable: isSendable,
        candidates: pathCandidates(like),
      });
      continue;
    }
    add(`header ${name === 'host' ? ':authority' : name}`, {
      matcher,
      inverted: matcher['invert_match'] === true,
      test: (value) => header.test(withHeader(name, value)) === true,
      sendable: (value) => isValue(name, value),
      candidates: valueCandidates(matcher).filter((value) => isValue(name, value)),
    });
  }
  for (const matcher of objects(match['query_parameters']) as Message[]) {
    const name = String(matcher['name'] ?? '');
    const parameter = queryMatch(matcher);
    if (!/^[!-~]+$/.test(name) || /[&#?=]/.test(name)) continue;
    add(`query ${name}`, {
      matcher,
      inverted: false,
      test: (value) => parameter.test(bare({ path: value === undefined ? '/' : `/?${name}=${value}` })) === true,
      sendable: isParameter,
      candidates: valueCandidates(matcher).filter(isParameter),
    });
  }
  if (match['grpc'])
    add('header content-type', {
      matcher: {},
      inverted: true,
      test: (value) => /^application\/grpc(\+|$)/.test(value ?? ''),
      sendable: () => true,
      candidates: ['application/grpc', undefined],
    });
  known.set(match, found);
  return found;
}

/** Whether a request of such parts meets all conditions. */
export function meets(conditions: Conditions, parts: Parts): boolean {
  for (const [part, own] of conditions) {
    const value = parts.get(part);
    for (const it of own) if (!it.test(value)) return false;
  }
  return true;
}

export function bare(more: Partial<HttpRequest>): HttpRequest {
  return { method: 'GET', scheme: 'http', authority: '', path: '/', headers: new Map(), ...more };
}

function withHeader(name: string, value: string | undefined): HttpRequest {
  if (name === ':method') return bare({ method: value ?? 'GET' });
  if (name === ':authority' || name === 'host') return bare({ authority: value ?? '' });
  return bare({ headers: new Map(value === undefined ? [] : [[name, [value]]]) });
}

/** Whether a header can have the value as it is: HTTP trims it, a method is a token, an authority a name. */
function isValue(name: string, value: string): boolean {
  if (name === ':method') return methods.has(value) && value !== 'CONNECT';
  if (name === ':authority' || name === 'host') return /^[\w.-]+(:\d+)?$/.test(value);
  return /^[ -~]+$/.test(value) && value.trim() === value;
}

/** Percent signs are not decoded, so that a value stands in the query as it is. */
function isParameter(value: string): boolean {
  return /^[!-~]*$/.test(value) && !/[&#?]/.test(value);
}
