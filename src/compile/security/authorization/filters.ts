import type { Filter, Message } from '../../../model/envoy.ts';
import { derive } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';
import { customFilters } from './custom.ts';
import type { Action } from './policies.ts';
import { authorizationPolicies } from './policies.ts';
import { rbacFilter } from './rbac-filter.ts';
import type { RbacAction } from './rules.ts';
import { ruleSets } from './rules.ts';

/**
 * Filters of AuthorizationPolicies. They stand apart because other filters come between them: `custom` (action CUSTOM)
 * goes before authentication, `local` (AUDIT, DENY, ALLOW, in this order) after it (istiod's `buildHTTPConnectionManager`
 * and `buildCompleteNetworkFilters`).
 */
export interface AuthorizationFilters {
  custom: Filter[];
  local: Filter[];
}

const localActions: readonly (readonly [Action, RbacAction])[] = [
  ['AUDIT', 'LOG'],
  ['DENY', 'DENY'],
  ['ALLOW', 'ALLOW'],
];

const shadowPrefixes: Record<RbacAction, string> = {
  ALLOW: 'istio_dry_run_allow_',
  DENY: 'istio_dry_run_deny_',
  LOG: '',
};

/**
 * The RBAC and ext_authz filters of the AuthorizationPolicies that apply to a proxy, for an HTTP connection manager or
 * for a TCP filter chain. For inbound chains of sidecars and for gateways; outbound chains have none (istiod's
 * `authz.Builder`).
 */
export function authorizationFilters(proxy: Proxy, registry: Registry, layer: 'http' | 'tcp'): AuthorizationFilters {
  const local = localActions.flatMap(([action, rbacAction]) => {
    const policies = authorizationPolicies(proxy, registry, action);
    if (policies.length === 0) return [];
    const { enforced, shadow } = ruleSets(policies, registry, rbacAction, layer);
    const rbac: Message = {};
    if (enforced) rbac['rules'] = enforced;
    if (shadow) rbac['shadow_rules'] = shadow;
    // Without shadow rules istiod takes the prefix of ALLOW, the zero value.
    const prefix = shadowPrefixes[shadow ? rbacAction : 'ALLOW'];
    if (prefix !== '') rbac['shadow_rules_stat_prefix'] = prefix;
    return [derive(rbacFilter(layer, rbac), ...policies)];
  });
  return { custom: customFilters(proxy, registry, layer), local };
}
