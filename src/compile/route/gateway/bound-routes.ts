import type { Route } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { placeOf, type Source } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry, Service, SidecarScope, VirtualService } from '../../../registry/types.ts';
import { intersectHosts } from '../../gateway/hosts.ts';
import type { GatewayServer } from '../../gateway/server.ts';
import { proxyHeaders } from '../../http/proxy-headers.ts';
import { destinationCluster } from '../destination.ts';
import { httpRoutes } from '../http/routes.ts';
import { hostOrigins, rulesOrigins } from '../virtual-service-origin.ts';

/** What one VirtualService gives to one server of a gateway. */
export interface BoundRoutes {
  /** The hosts that both have, in lower case. */
  hosts: { host: string; origins: Source[] }[];
  routes: Route[];
  routesOrigins: Source[];
  /** The service that a destination of the VirtualService means, seen from the gateway. */
  service(host: string): Service | undefined;
}

/**
 * The routes of the VirtualServices that are bound to a server's Gateway and share a host with the server, oldest first.
 *
 * @param known routes already compiled in this configuration, by gateway and VirtualService: they are one and the same
 *   object on every server, which is what lets virtual hosts collapse
 */
export function boundRoutes(
  server: GatewayServer,
  proxy: Proxy,
  registry: Registry,
  advertisesHttp3: boolean,
  known: Map<string, Route[]>,
): BoundRoutes[] {
  const scope = registry.sidecarScope(proxy);
  const headers = proxyHeaders(proxy, 'gateway');
  return registry.virtualServicesForGateway(proxy.namespace, server.gatewayName).flatMap((virtualService) => {
    const hosts = sharedHosts(server, virtualService);
    if (hosts.length === 0) return [];
    const service = serviceLookup(virtualService, proxy, registry, scope);
    const key = `${server.gatewayName} ${virtualService.namespace}/${virtualService.name}`;
    let routes = known.get(key);
    if (!routes) {
      const listenerPort = server.port.number;
      routes = httpRoutes(virtualService, {
        registry,
        proxy,
        scope,
        listenerPort,
        gateway: server.gatewayName,
        isTls: server.tls !== undefined,
        advertisesHttp3,
        xForwardedHost: headers.xForwardedHost,
        headersSource: headers.source,
        service,
        cluster: (destination) => clusterOf(destination, service, listenerPort),
      });
      if (routes.length === 0) return [];
      known.set(key, routes);
    }
    return [{ hosts, routes, routesOrigins: rulesOrigins(virtualService), service }];
  });
}

function clusterOf(
  destination: JsonObject | undefined,
  service: (host: string) => Service | undefined,
  listenerPort: number,
): string {
  const found = service(String(destination?.['host'] ?? ''));
  const known = found && { service: found, ports: found.ports.map((port) => port.port) };
  return destinationCluster(destination, known, listenerPort);
}

/** The place of a server's host; a listener of the Gateway API has one, as `hostname`. */
function serverHost(server: GatewayServer, index: number): Source {
  const { config } = server;
  return placeOf(config)?.path.includes('listeners') ? [config, 'hostname'] : [config, 'hosts', index];
}

/** The hosts that the server has for the VirtualService's namespace, as far as the VirtualService has them too. */
export function sharedHosts(server: GatewayServer, virtualService: VirtualService): BoundRoutes['hosts'] {
  const offered = server.hosts.flatMap((host, index) => {
    const [namespace = '', name] = host.split('/');
    if (name === undefined) return [{ host, index }];
    return namespace === virtualService.namespace || namespace === '*' ? [{ host: name, index }] : [];
  });
  const shared = new Map<string, Source[]>();
  for (const { host: left, index } of offered) {
    for (const [at, right] of virtualService.hosts.entries()) {
      const both = intersectHosts(left, right);
      if (both === undefined || shared.has(both)) continue;
      shared.set(both, [...hostOrigins(virtualService, at), serverHost(server, index)]);
    }
  }
  return [...shared].map(([host, origins]) => ({ host: host.toLowerCase(), origins }));
}

/**
 * A destination's host means the service of the VirtualService's own namespace where the gateway may see it, else the one
 * that the gateway sees under that name (istiod's `buildNameToServiceMapForHTTPRoutes`).
 */
function serviceLookup(
  virtualService: VirtualService,
  proxy: Proxy,
  registry: Registry,
  scope: SidecarScope,
): (host: string) => Service | undefined {
  return (host) => {
    const own = registry.serviceByHostname(host).find((service) => service.namespace === virtualService.namespace);
    if (own && (own.exportTo.has('*') || own.exportTo.has(proxy.namespace))) return own;
    return scope.serviceByHostname.get(host);
  };
}
