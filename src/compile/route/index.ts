import type { Listener, RouteConfiguration } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';

/** Compiles the route configurations (RDS) that the listeners name. */
export function compileRoutes(_proxy: Proxy, _registry: Registry, _listeners: Listener[]): RouteConfiguration[] {
  return [];
}
