import type { Listener, RouteConfiguration } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { gatewayRouteConfiguration } from './gateway/index.ts';
import { requestedRouteNames } from './requested-names.ts';
import { sidecarRouteConfiguration } from './sidecar/index.ts';

export { type InboundRouteTarget, inboundRouteConfiguration } from './inbound.ts';

/** Compiles the route configurations (RDS) that the listeners name, before EnvoyFilters. */
export function compileRoutes(proxy: Proxy, registry: Registry, listeners: Listener[]): RouteConfiguration[] {
  return compileRoutesNamed(proxy, registry, requestedRouteNames(listeners));
}

/** Compiles route configurations as istiod answers a proxy that asks for `names`. */
export function compileRoutesNamed(proxy: Proxy, registry: Registry, names: readonly string[]): RouteConfiguration[] {
  if (proxy.type === 'router') return names.map((name) => gatewayRouteConfiguration(proxy, registry, name));
  const scope = registry.sidecarScope(proxy);
  return names.map((name) => sidecarRouteConfiguration(proxy, registry, scope, name));
}
