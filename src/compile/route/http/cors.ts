import { durationNanos } from '../../../model/duration.ts';
import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { any } from '../../http/typed-config.ts';
import { objectsAt, textsAt } from '../config-value.ts';
import { wholePercent } from './percent.ts';
import { stringMatcher } from './string-match.ts';

const joined = [
  ['allowHeaders', 'allow_headers'],
  ['allowMethods', 'allow_methods'],
  ['exposeHeaders', 'expose_headers'],
] as const;

/** The CORS filter's settings for a route (istiod's `TranslateCORSPolicy`). */
export function corsConfig(policy: JsonObject): Message {
  const out: Message = derive(any('envoy.extensions.filters.http.cors.v3.CorsPolicy'), policy);
  out['forward_not_matching_preflights'] = policy['unmatchedPreflights'] !== 'IGNORE';
  deriveField(
    out,
    'forward_not_matching_preflights',
    policy['unmatchedPreflights'] ? [policy, 'unmatchedPreflights'] : policy,
  );
  out['filter_enabled'] = { default_value: wholePercent(100) };
  const origins = objectsAt(policy, 'allowOrigins').map(stringMatcher);
  const exact = textsAt(policy, 'allowOrigin').map((origin) => ({ exact: origin }));
  const key = Array.isArray(policy['allowOrigins']) ? 'allowOrigins' : 'allowOrigin';
  const matchers = key === 'allowOrigins' ? origins.filter((matcher) => matcher !== undefined) : exact;
  if (matchers.length > 0) out['allow_origin_string_match'] = matchers;
  deriveField(out, 'allow_origin_string_match', policy[key] === undefined ? policy : [policy, key]);
  if (typeof policy['allowCredentials'] === 'boolean') {
    out['allow_credentials'] = policy['allowCredentials'];
    deriveField(out, 'allow_credentials', [policy, 'allowCredentials']);
  }
  for (const [from, to] of joined) {
    const text = textsAt(policy, from).join(',');
    if (text === '') continue;
    out[to] = text;
    deriveField(out, to, [policy, from]);
  }
  const maxAge = durationNanos(policy['maxAge']);
  if (maxAge !== undefined) {
    out['max_age'] = String(maxAge / 1_000_000_000n);
    deriveField(out, 'max_age', [policy, 'maxAge']);
  }
  return out;
}
