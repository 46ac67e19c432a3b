import type { Filter } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';

/**
 * Filters of AuthorizationPolicies. They stand apart because other filters come between them: `custom` (action CUSTOM)
 * goes before authentication, `local` (AUDIT, DENY, ALLOW, in this order) after it (istiod's `buildHTTPConnectionManager`
 * and `buildCompleteNetworkFilters`).
 */
export interface AuthorizationFilters {
  custom: Filter[];
  local: Filter[];
}

/**
 * The HTTP filters (jwt_authn) of the RequestAuthentications that apply to a proxy: none, or one. For inbound chains of
 * sidecars and for gateways; outbound chains have none (istiod's `authn.Builder.BuildHTTP`).
 */
export function authenticationFilters(_proxy: Proxy, _registry: Registry): Filter[] {
  return [];
}

/**
 * The RBAC and ext_authz filters of the AuthorizationPolicies that apply to a proxy, for an HTTP connection manager or
 * for a TCP filter chain. For inbound chains of sidecars and for gateways; outbound chains have none (istiod's
 * `authz.Builder`).
 */
export function authorizationFilters(_proxy: Proxy, _registry: Registry, _layer: 'http' | 'tcp'): AuthorizationFilters {
  return { custom: [], local: [] };
}
