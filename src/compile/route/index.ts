import type { Listener, RouteConfiguration } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { gatewayRouteConfiguration } from './gateway/index.ts';
import { requestedRouteNames } from './requested-names.ts';
import { sidecarRouteConfiguration } from './sidecar/index.ts';

export { type InboundRouteTarget, inboundRouteConfiguration } from './inbound.ts';

/** Compiles the route configurations (RDS) that the listeners name, before EnvoyFilters. */
export function compileRoutes(proxy: Proxy, registry: Registry, listeners: Listener[]): RouteConfiguration[] {
  return requestedRouteNames(listeners).map((name) => routeConfigurationNamed(proxy, registry, name));
}

/** Compiles one route configuration as istiod answers a proxy that asks for `name`. */
export function routeConfigurationNamed(proxy: Proxy, registry: Registry, name: string): RouteConfiguration {
  return proxy.type === 'router'
    ? gatewayRouteConfiguration(proxy, registry, name)
    : sidecarRouteConfiguration(proxy, registry, name);
}
