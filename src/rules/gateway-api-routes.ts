import type { Resource } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';

const group = 'gateway.networking.k8s.io';

/** Kinds of routes of the Gateway API. */
const routeKinds = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'];

/** All routes of the Gateway API. */
export function gatewayApiRoutes(registry: Registry): Resource[] {
  return routeKinds.flatMap((kind) => registry.resources(`${group}/${kind}`));
}
