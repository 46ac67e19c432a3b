import type { Route } from '../../../model/envoy.ts';
import type { Source } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { EgressListener, Protocol, Registry, SidecarScope, VirtualService } from '../../../registry/types.ts';
import { idOf } from '../../identity.ts';
import { defaultRoute } from '../default-route.ts';
import { destinationCluster, outboundCluster } from '../destination.ts';
import { hashForService } from '../hash-policy.ts';
import type { RouteContext } from '../http/context.ts';
import { traceOperation } from '../names.ts';
import { hostOrigins, rulesOrigins } from '../virtual-service-origin.ts';
import type { ProxyInputs } from './inputs.ts';
import type { ReachableService } from './reachable-service.ts';
import { sharedHttpRoutes, sharedRoutes } from './shared-routes.ts';
import { splitHosts } from './virtual-service-hosts.ts';

/** Hosts that share routes on one port, before each becomes a virtual host (istiod's `VirtualHostWrapper`). */
export interface HostGroup {
  port: number;
  /** Services that no VirtualService took. */
  isDefault: boolean;
  /** Plain names of a VirtualService. */
  names: { host: string; origins: Source[] }[];
  /** Services, with the VirtualService's host that took them. */
  services: { reachable: ReachableService; origins: Source[] }[];
  routes: Route[];
  /** What the list of routes as a whole comes from. */
  routesOrigins: Source[];
}

/** What all virtual hosts of one listener are compiled from. */
export interface OutboundContext {
  registry: Registry;
  proxy: Proxy;
  scope: SidecarScope;
  egress: EgressListener;
  listenerPort: number;
  services: ReadonlyMap<string, ReachableService>;
  inputs: ProxyInputs;
}

/** Whether a port's traffic is, or may turn out to be, HTTP (istiod's `Protocol.IsHTTPOrSniffed`). */
function isHttpOrSniffed(protocol: Protocol): boolean {
  return ['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-Web', 'Unsupported'].includes(protocol);
}

/**
 * Groups of hosts with their routes: those of VirtualServices in their order, then the default routes of the services
 * that none of them took (istiod's `BuildSidecarVirtualHostWrapper`).
 */
export function hostGroups(virtualServices: VirtualService[], context: OutboundContext): HostGroup[] {
  const groups = virtualServices.flatMap((virtualService) => virtualServiceGroups(virtualService, context));
  const taken = new Set(groups.flatMap((group) => group.services.map(({ reachable }) => reachable.hostname)));
  for (const reachable of context.services.values()) {
    if (taken.has(reachable.hostname) || reachable.service.resolution === 'Alias') continue;
    groups.push(...serviceGroups(reachable, context));
  }
  return groups;
}

function serviceGroups(reachable: ReachableService, context: OutboundContext): HostGroup[] {
  const { service, hostname } = reachable;
  return reachable.ports
    .filter((port) => isHttpOrSniffed(port.protocol))
    .map((port) => {
      const cluster = outboundCluster(port.port, '', hostname);
      const hash = hashForService(context.scope, service, port);
      const operation = traceOperation(hostname, port.port);
      return {
        port: port.port,
        isDefault: true,
        names: [],
        services: [{ reachable, origins: [] }],
        routes: sharedRoutes(context.registry, `${idOf(service)} ${port.port} ${idOf(hash)}`, () => [
          defaultRoute(context.registry, cluster, operation, hash, port.config, service.resource),
        ]),
        routesOrigins: [service.resource],
      };
    });
}

function virtualServiceGroups(virtualService: VirtualService, context: OutboundContext): HostGroup[] {
  const hosts = splitHosts(virtualService, context.services, context.egress);
  // An HTTPRoute on a Service acts for clients of its own namespace, or where it is the Service's own.
  const mayAct = ({ reachable }: { reachable: ReachableService }): boolean =>
    [reachable.service.namespace, context.proxy.namespace].includes(virtualService.namespace);
  if (virtualService.routeSemantics === 'gateway' && !hosts.services.some(mayAct)) return [];

  const byPort = new Map<number, HostGroup['services']>();
  for (const { reachable, index } of hosts.services) {
    for (const port of reachable.ports) {
      if (!isHttpOrSniffed(port.protocol)) continue;
      const members = byPort.get(port.port) ?? [];
      members.push({ reachable, origins: hostOrigins(virtualService, index) });
      byPort.set(port.port, members);
    }
  }
  // Names that are no services are served on port 80 alone.
  if (byPort.size === 0 && context.listenerPort === 80) byPort.set(80, []);
  if (byPort.size === 0) return [];
  const routes = sharedHttpRoutes(virtualService, routeContext(context));
  if (routes.length === 0) return [];
  const names = hosts.names.map(({ host, index }) => ({ host, origins: hostOrigins(virtualService, index) }));
  const routesOrigins = rulesOrigins(virtualService);
  return [...byPort].map(([port, services]) => ({ port, isDefault: false, names, services, routes, routesOrigins }));
}

function routeContext(context: OutboundContext): RouteContext {
  const { registry, proxy, scope, listenerPort, services } = context;
  return {
    registry,
    proxy,
    scope,
    listenerPort,
    gateway: 'mesh',
    isTls: false,
    advertisesHttp3: false,
    xForwardedHost: context.inputs.xForwardedHost,
    headersSource: context.inputs.headersSource,
    service: (host) => services.get(host)?.service,
    cluster(destination) {
      const found = services.get(String(destination?.['host'] ?? ''));
      const known = found && { service: found.service, ports: found.ports.map((port) => port.port) };
      return destinationCluster(destination, known, listenerPort);
    },
  };
}
