import type { Message } from '../../../model/envoy.ts';
import { stringMatcher } from './string-match.ts';

const claimHeader = '@request.auth.claims';

/**
 * The path of the JWT claim that a header name of a match stands for: `@request.auth.claims.group.id` or
 * `@request.auth.claims[group][id]` (istiod's `jwt.ToRoutingClaim`). Undefined for an ordinary header.
 */
export function routingClaim(header: string): string[] | undefined {
  if (!header.toLowerCase().startsWith(claimHeader)) return undefined;
  const name = header.slice(claimHeader.length);
  if (name.startsWith('.') && name.length > 1) return name.slice(1).split('.');
  if (name.startsWith('[') && name.endsWith(']') && name.length > 2) return name.slice(1, -1).split('][');
  return undefined;
}

/**
 * Matches a claim of the validated token in the dynamic metadata of the JWT filter: any item of a
 * list, or the claim itself (istiod's `matcher.MetadataListMatcher` with `useExtendedJwt`).
 */
export function claimMatcher(claim: string[], match: unknown): Message {
  const value = stringMatcher(match);
  const oneOf = [{ list_match: { one_of: { string_match: value } } }, { string_match: value }];
  return {
    filter: 'envoy.filters.http.jwt_authn',
    path: ['payload', ...claim].map((key) => ({ key })),
    value: { or_match: { value_matchers: oneOf } },
  };
}
