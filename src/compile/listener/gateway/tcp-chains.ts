import type { JsonObject } from '../../../model/json.ts';
import { objects } from '../../../model/json.ts';
import type { VirtualService } from '../../../registry/types.ts';
import { type GatewayServer, isPassthrough } from '../../gateway/server.ts';
import { sharedHosts } from '../../route/gateway/bound-routes.ts';
import type { ListenPort, OutboundContext } from '../outbound/context.ts';
import { routeFilters } from '../outbound/tcp-proxy.ts';
import { autoPassthroughChains } from './auto-passthrough.ts';
import { type GatewayChain, gatewayChain, serverContext, sniHosts } from './chains.ts';

/** SNI hosts that are taken on a listener's port, with the bind address that took them. */
export type TakenHosts = Map<string, string>;

/**
 * Chains of a server that is not HTTP (istiod's `createGatewayTCPFilterChainOpts`): bytes by the tcp routes of
 * VirtualServices, with TLS ended first where the server says so, or TLS passed on by SNI and the tls routes.
 */
export function tcpChains(context: OutboundContext, server: GatewayServer, taken: TakenHosts): GatewayChain[] {
  if (server.tls?.['mode'] === 'AUTO_PASSTHROUGH') return autoPassthroughChains(context, server);
  if (server.tls && isPassthrough(server)) return passthroughChains(context, server, taken);
  const own = { ...context, exchangesMetadata: server.tls?.['mode'] === 'ISTIO_MUTUAL' };
  for (const virtualService of bound(context, server)) {
    for (const route of objects(virtualService.spec['tcp'])) {
      const matches = objects(route['match']);
      if (matches.length > 0 && !matches.some((match) => applies(match, server))) continue;
      const filters = routeFilters(own, listenPort(server), virtualService, route);
      const tls = serverContext(context, server);
      const more = tls ? { sniHosts: sniHosts(server), tls } : {};
      return filters.length === 0 ? [] : [gatewayChain(filters, [route, server.config], more)];
    }
  }
  return [];
}

function passthroughChains(context: OutboundContext, server: GatewayServer, taken: TakenHosts): GatewayChain[] {
  const chains: GatewayChain[] = [];
  for (const virtualService of bound(context, server)) {
    for (const route of objects(virtualService.spec['tls'])) {
      for (const match of objects(route['match'])) {
        if (!applies(match, server)) continue;
        const hosts = Array.isArray(match['sniHosts']) ? match['sniHosts'].map(String) : [];
        // Envoy refuses two chains of one match: the first one keeps the host.
        if (hosts.some((host) => taken.get(host) === server.bind)) continue;
        for (const host of hosts) taken.set(host, server.bind);
        const filters = routeFilters(context, listenPort(server), virtualService, route);
        chains.push(gatewayChain(filters, [match, server.config], { sniHosts: hosts }));
      }
    }
  }
  return chains;
}

/** The VirtualServices bound to the server's Gateway that share a host with it, oldest first. */
function bound(context: OutboundContext, server: GatewayServer): VirtualService[] {
  return context.registry
    .virtualServicesForGateway(context.proxy.namespace, server.gatewayName)
    .filter((virtualService) => sharedHosts(server, virtualService).length > 0);
}

/** Whether a match's port and gateways are the server's (istiod's `l4SingleMatch`). */
function applies(match: JsonObject, server: GatewayServer): boolean {
  const port = Number(match['port'] ?? 0);
  if (port !== 0 && port !== server.port.number) return false;
  const gateways = Array.isArray(match['gateways']) ? match['gateways'] : [];
  return gateways.length === 0 || gateways.includes(server.gatewayName);
}

function listenPort(server: GatewayServer): ListenPort {
  return { name: server.port.name, port: server.port.number, protocol: server.protocol, config: server.config };
}
