import type { Filter, Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { extension } from '../http/typed-config.ts';
import { attaches } from '../policy-attachment.ts';
import { derivedList } from './derived-list.ts';
import { jwksSource } from './jwks.ts';
import { policiesIn } from './policy-index.ts';

/** A RequestAuthentication's `jwtRules` item as it stands in the resource. */
export type JwtRule = JsonObject & {
  issuer?: string;
  audiences?: string[];
  jwks?: string;
  jwksUri?: string;
  fromHeaders?: { name?: string; prefix?: string }[];
  fromParams?: string[];
  fromCookies?: string[];
  outputPayloadToHeader?: string;
  outputClaimToHeaders?: { header?: string; claim?: string }[];
  forwardOriginalToken?: boolean;
  spaceDelimitedClaims?: string[];
  timeout?: string;
};

/**
 * The HTTP filters (jwt_authn) of the RequestAuthentications that apply to a proxy: none, or one with the rules of all.
 * For inbound chains of sidecars and for gateways; outbound chains have none (istiod's `authn.Builder.BuildHTTP`).
 */
export function authenticationFilters(proxy: Proxy, registry: Registry): Filter[] {
  const policies = requestAuthentications(proxy, registry);
  const rules = policies.flatMap((policy) => (policy.spec['jwtRules'] ?? []) as JwtRule[]);
  if (rules.length === 0) return [];
  rules.sort((a, b) => compareText(a.issuer ?? '', b.issuer ?? ''));
  const providers: Message = {};
  for (const [index, rule] of rules.entries()) providers[providerName(index)] = provider(rule, proxy, registry);
  const filter = extension(
    'envoy.filters.http.jwt_authn',
    'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
    {
      providers,
      rules: [{ match: { prefix: '/' }, requires: requirement(rules.map((_, index) => providerName(index))) }],
      bypass_cors_preflight: true,
    },
  );
  return [derive(filter, ...policies.filter((policy) => rules.some((rule) => holds(policy, rule))))];
}

/** The namespace's policies before the root namespace's, each oldest first (istiod's `GetJwtPoliciesForWorkload`). */
function requestAuthentications(proxy: Proxy, registry: Registry): Resource[] {
  const namespaces = new Set([proxy.namespace, registry.mesh.rootNamespace]);
  return [...namespaces].flatMap((namespace) =>
    policiesIn(registry, 'RequestAuthentication', namespace).filter((policy) => attaches(policy, proxy, registry)),
  );
}

function holds(policy: Resource, rule: JwtRule): boolean {
  return ((policy.spec['jwtRules'] ?? []) as JwtRule[]).includes(rule);
}

function providerName(index: number): string {
  return `origins-${index}`;
}

/** istiod's `convertToEnvoyJwtConfig`, one provider for each rule. */
function provider(rule: JwtRule, proxy: Proxy, registry: Registry): Message {
  const message: Message = derive({ issuer: rule.issuer ?? '', payload_in_metadata: 'payload' }, rule);
  const set = (field: string, value: unknown, key: string): void => {
    message[field] = value;
    deriveField(message, field, [rule, key]);
  };
  deriveField(message, 'issuer', [rule, 'issuer']);
  if (rule.audiences?.length) set('audiences', derivedList(rule, 'audiences'), 'audiences');
  if (rule.forwardOriginalToken) set('forward', true, 'forwardOriginalToken');
  if (rule.outputPayloadToHeader) set('forward_payload_header', rule.outputPayloadToHeader, 'outputPayloadToHeader');
  if (rule.outputClaimToHeaders?.length) {
    const headers = rule.outputClaimToHeaders.map((item) =>
      derive({ header_name: item.header ?? '', claim_name: item.claim ?? '' }, item),
    );
    set('claim_to_headers', headers, 'outputClaimToHeaders');
  }
  if (rule.fromHeaders?.length) {
    const headers = rule.fromHeaders.map((item) =>
      derive({ name: item.name ?? '', ...(item.prefix ? { value_prefix: item.prefix } : {}) }, item),
    );
    set('from_headers', headers, 'fromHeaders');
  }
  if (rule.fromParams?.length) set('from_params', derivedList(rule, 'fromParams'), 'fromParams');
  if (rule.fromCookies?.length) set('from_cookies', derivedList(rule, 'fromCookies'), 'fromCookies');
  const claims = new Set([...(rule.spaceDelimitedClaims ?? []), 'permission', 'scope']);
  set(
    'normalize_payload_in_metadata',
    { space_delimited_claims: [...claims].sort(compareText) },
    'spaceDelimitedClaims',
  );
  if (proxy.type !== 'sidecar') message['clear_route_cache'] = true;
  return Object.assign(message, jwksSource(rule, message, registry));
}

/**
 * A token, if there is one, must be valid; none is fine. With several providers each that finds a token must accept it,
 * or any one does: they may look in the same place.
 */
function requirement(names: string[]): Message {
  const optional = names.map((name) => ({
    requires_any: { requirements: [{ provider_name: name }, { allow_missing: {} }] },
  }));
  if (optional.length === 1) return optional[0] as Message;
  const each = names.map((name) => ({ provider_name: name }));
  return { requires_any: { requirements: [...each, { requires_all: { requirements: optional } }] } };
}

/** Go's order of strings, for the characters that matter here. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
