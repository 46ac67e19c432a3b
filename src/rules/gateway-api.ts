import type { Resource } from '../model/resource.ts';
import { gatewayGroup } from '../registry/gateway-api/context.ts';
import { isIstios } from '../registry/gateway-api/gateway.ts';
import type { GatewayApi } from '../registry/gateway-api/index.ts';
import { routeKinds } from '../registry/gateway-api/parent.ts';
import type { Registry } from '../registry/types.ts';

/** All routes of the Gateway API. */
export function gatewayApiRoutes(registry: Registry): Resource[] {
  return routeKinds.flatMap((kind) => registry.resources(kind));
}

/** The Gateways of the Gateway API that are of Istio's classes, each with what their conversion went by. */
export function gatewaysOfIstio(registry: Registry): { gateway: Resource; api: GatewayApi }[] {
  const api = registry.gatewayApi;
  if (!api) return [];
  const gateways = registry.resources(`${gatewayGroup}/Gateway`);
  return gateways.filter((gateway) => isIstios(gateway, api.context)).map((gateway) => ({ gateway, api }));
}
