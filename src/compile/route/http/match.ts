import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { VirtualService } from '../../../registry/types.ts';
import { objectAt, sortedEntries } from '../config-value.ts';
import { claimMatcher, routingClaim } from './claim.ts';
import { asksForPresence, matchType, stringMatcher } from './string-match.ts';

/** The conditions of `HTTPMatchRequest` that Envoy matches as pseudo headers. */
const pseudoHeaders = [
  ['method', ':method'],
  ['authority', ':authority'],
  ['scheme', ':scheme'],
] as const;

/**
 * Envoy's `RouteMatch` for one `match` of an http route; without a match everything (istiod's `TranslateRouteMatch`).
 */
export function routeMatch(service: VirtualService, match: JsonObject | undefined): Message {
  if (match === undefined) return { prefix: '/' };
  const out: Message = derive({ case_sensitive: match['ignoreUriCase'] !== true }, match);
  deriveField(out, 'case_sensitive', match['ignoreUriCase'] === undefined ? match : [match, 'ignoreUriCase']);
  applyPath(out, service, match);

  const headers: Message[] = [];
  const claims: Message[] = [];
  for (const kind of ['headers', 'withoutHeaders'] as const) {
    for (const [name, value] of sortedEntries(match, kind)) {
      const origin = [objectAt(match, kind) as JsonObject, name] as const;
      const claim = routingClaim(name);
      if (claim) {
        const matcher = claimMatcher(claim, value);
        if (kind === 'withoutHeaders') matcher['invert'] = true;
        claims.push(derive(matcher, origin));
        continue;
      }
      const matcher = valueMatcher(name, value);
      if (kind === 'withoutHeaders') {
        matcher['invert_match'] = true;
        if (!asksForPresence(value)) matcher['treat_missing_header_as_empty'] = true;
      }
      headers.push(derive(matcher, origin));
    }
  }
  headers.sort((a, b) => (a['name'] < b['name'] ? -1 : a['name'] > b['name'] ? 1 : 0));
  for (const [key, header] of pseudoHeaders) {
    const value = objectAt(match, key);
    if (value) headers.push(derive(valueMatcher(header, value), [match, key]));
  }
  if (headers.length > 0) {
    out['headers'] = headers;
    deriveField(out, 'headers', match);
  }
  if (claims.length > 0) out['dynamic_metadata'] = claims;

  const parameters = sortedEntries(match, 'queryParams').map(([name, value]) =>
    derive(valueMatcher(name, value), [objectAt(match, 'queryParams') as JsonObject, name]),
  );
  if (parameters.length > 0) out['query_parameters'] = parameters;
  return out;
}

function applyPath(out: Message, service: VirtualService, match: JsonObject): void {
  const type = matchType(match['uri']);
  if (!type) {
    out['prefix'] = '/';
    return;
  }
  const [kind, value] = type;
  const origin = [match['uri'] as JsonObject, kind] as const;
  const set = (field: string, path: unknown): void => {
    out[field] = path;
    deriveField(out, field, origin);
  };
  if (kind === 'exact') set('path', value);
  else if (kind === 'regex') set('safe_regex', { regex: value });
  // Kubernetes' own APIs match whole path segments.
  else if (service.routeSemantics !== undefined && value !== '/')
    set('path_separated_prefix', value.endsWith('/') ? value.slice(0, -1) : value);
  else set('prefix', value);
}

/** `HeaderMatcher` and `QueryParameterMatcher` have these fields in common. */
function valueMatcher(name: string, match: unknown): Message {
  if (asksForPresence(match)) return { name, present_match: true };
  return { name, string_match: stringMatcher(match) };
}

/**
 * Whether a compiled route takes every request that comes to it, so that what follows is unreachable (istiod's
 * `IsCatchAllRoute`).
 */
export function isCatchAll(route: Message): boolean {
  const match = route['match'] as Message;
  const everyPath =
    match['prefix'] === '/' || match['path_separated_prefix'] === '/' || match['safe_regex']?.regex === '.*';
  return everyPath && !match['headers'] && !match['query_parameters'] && !match['dynamic_metadata'];
}
