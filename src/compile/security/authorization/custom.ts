import type { Filter, Message } from '../../../model/envoy.ts';
import { behaviour } from '../../../model/istio-version.ts';
import { derive, deriveField, inherit } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Resource } from '../../../model/resource.ts';
import type { Registry } from '../../../registry/types.ts';
import { extension } from '../../http/typed-config.ts';
import { externalAuthorization } from './external.ts';
import { authorizationPolicies, providerOf } from './policies.ts';
import { rbacFilter } from './rbac-filter.ts';
import { ruleSets } from './rules.ts';

const shadowPrefix = 'istio_ext_authz_';

/**
 * The filters of CUSTOM policies: RBAC evaluates the rules without enforcing them and leaves the result in metadata, by
 * which ext_authz is asked or not (istiod's `buildHTTP`, `buildTCP` with `IsCustomBuilder`). Where the provider cannot
 * be used, the rules deny.
 */
export function customFilters(proxy: Proxy, registry: Registry, layer: 'http' | 'tcp'): Filter[] {
  const policies = authorizationPolicies(proxy, registry, 'CUSTOM');
  if (policies.length === 0) return [];
  if (!behaviour(registry).customProvidersApart) return ofOneProvider(policies, registry, layer);
  const groups = Map.groupBy(policies, providerOf);
  const several = groups.size > 1 && !registry.environment.flag('PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS', false);
  return [...groups.keys()].sort().flatMap((provider) => {
    const group = groups.get(provider) as Resource[];
    const name = `istio-ext-authz${provider === '' ? '' : `-${provider}`}`;
    const { enforced = { action: 'DENY', policies: {} }, shadow } = ruleSets(
      group,
      registry,
      'DENY',
      layer,
      `${name}-`,
    );
    const external = several ? undefined : externalAuthorization(provider, registry);
    if (!external) return [derive(rbacFilter(layer, { rules: denyInstead(enforced) }), ...group)];
    // Rules that are only to be tried are evaluated where Envoy would enforce; istiod's own limitation.
    const rbac: Message = { shadow_rules: enforced, shadow_rules_stat_prefix: shadowPrefix };
    if (shadow && Object.keys(shadow['policies'] as object).length > 0) rbac['rules'] = shadow;
    return pair(rbac, external[layer], `istio-ext-authz-${provider}`, group, layer);
  });
}

/** Before istiod told providers apart: one for all policies of a workload. */
function ofOneProvider(policies: Resource[], registry: Registry, layer: 'http' | 'tcp'): Filter[] {
  const { enforced } = ruleSets(policies, registry, 'DENY', layer, 'istio-ext-authz-');
  const providers = new Set(policies.map(providerOf));
  const external =
    providers.size > 1 ? undefined : externalAuthorization(providerOf(policies[0] as Resource), registry);
  if (!external) {
    const rules = denyInstead(enforced ?? { action: 'DENY', policies: {} });
    return [derive(rbacFilter(layer, { rules }), ...policies)];
  }
  const rbac: Message = { shadow_rules_stat_prefix: shadowPrefix };
  if (enforced) rbac['shadow_rules'] = enforced;
  return pair(rbac, external[layer], 'istio-ext-authz', policies, layer);
}

function pair(
  rbac: Message,
  external: Message | undefined,
  idPrefix: string,
  policies: Resource[],
  layer: 'http' | 'tcp',
): Filter[] {
  if (!external) return [];
  const name = layer === 'http' ? 'envoy.filters.http.ext_authz' : 'envoy.filters.network.ext_authz';
  const type = `envoy.extensions.filters.${layer === 'http' ? 'http' : 'network'}.ext_authz.v3.ExtAuthz`;
  const enabled = {
    filter: layer === 'http' ? 'envoy.filters.http.rbac' : 'envoy.filters.network.rbac',
    path: [{ key: `${shadowPrefix}shadow_effective_policy_id` }],
    value: { string_match: { prefix: idPrefix } },
  };
  const message = inherit({ ...external, filter_enabled_metadata: enabled }, external);
  deriveField(message, 'filter_enabled_metadata', ...policies);
  return [derive(rbacFilter(layer, rbac), ...policies), derive(extension(name, type, message), ...policies)];
}

/** istiod's `getBadCustomDenyRules` */
function denyInstead(rules: Message): Message {
  const entries = Object.entries(rules['policies'] as Message);
  const policies = entries.map(([name, policy]) => [`${name}-deny-due-to-bad-CUSTOM-action`, policy] as const);
  return { action: 'DENY', policies: Object.fromEntries(policies) };
}
