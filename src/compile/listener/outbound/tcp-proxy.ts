import type { Filter, Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { isObject } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { Service, VirtualService } from '../../../registry/types.ts';
import { statName } from '../../cluster/stat-name.ts';
import { tcpAccessLog } from '../../http/access-log.ts';
import { exchangesMetadata, tcpMetadataExchange } from '../../http/filters.ts';
import { metricsFilters } from '../../http/metrics.ts';
import { extension } from '../../http/typed-config.ts';
import { nodeMetadata } from '../../node-metadata.ts';
import { destinationCluster, destinationOrigins } from '../../route/destination.ts';
import type { ListenPort, OutboundContext } from './context.ts';
import { networkExtensions } from './network-extensions.ts';
import { protocolFilters } from './protocol-filters.ts';
import { sniForwardProxy } from './sni-forward-proxy.ts';
import { applyHashPolicy, applyTimeouts, applyTunnel } from './tunnel.ts';

/** A `tcp_proxy` filter. */
export function tcpProxyFilter(message: Message): Filter {
  return extension(
    'envoy.filters.network.tcp_proxy',
    'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
    message,
  );
}

/**
 * The whole stack of a TCP chain around its `tcp_proxy` message (istiod's `buildCompleteNetworkFilters`): metadata
 * exchange, policies, extensions, metrics, then the protocol's own filter and the proxy.
 */
export function completeFilters(
  context: OutboundContext,
  port: ListenPort,
  proxy: Message,
  cluster: string,
  service: Service | undefined,
): Filter[] {
  const { registry, policies } = context;
  const listenerClass = context.class ?? 'sidecar-outbound';
  const logs = tcpAccessLog(context.proxy, registry, listenerClass);
  if (logs.length > 0) proxy['access_log'] = logs;
  return [
    ...(context.exchangesMetadata && exchangesMetadata(registry) ? [tcpMetadataExchange(registry)] : []),
    ...(policies?.custom ?? []),
    ...networkExtensions(context, port.port, ['AUTHN', 'AUTHZ']),
    ...(policies?.local ?? []),
    ...networkExtensions(context, port.port, ['STATS', 'UNSPECIFIED']),
    ...metricsFilters(context.proxy, registry, listenerClass),
    ...sniForwardProxy(context, port, service),
    ...protocolFilters(port.protocol, registry, tcpProxyFilter(proxy), String(proxy['stat_prefix']), cluster),
  ];
}

/** Where a TCP chain leads without a VirtualService: to the service's own port. */
export function serviceFilters(
  context: OutboundContext,
  port: ListenPort,
  service: Service,
  ...sources: Source[]
): Filter[] {
  // A Sidecar's egress port need not be the service's: the only port of a service is meant then.
  const servicePort = service.ports.length === 1 ? (service.ports[0]?.port ?? port.port) : port.port;
  const cluster = `outbound|${servicePort}||${service.hostname}`;
  const rule = context.scope.destinationRule(service)?.spec;
  const statPort = { port: servicePort, name: '' };
  const proxy: Message = { stat_prefix: clusterStatPrefix(context, cluster, service, statPort, ''), cluster };
  deriveField(proxy, 'stat_prefix', ...sources, statPattern(context));
  applyTimeouts(proxy, rule, nodeMetadata(context.proxy, 'IDLE_TIMEOUT'));
  applyHashPolicy(proxy, rule, '');
  applyTunnel(proxy, rule, '');
  return completeFilters(context, port, derive(proxy, ...sources), cluster, service);
}

/** Where the mesh names statistics itself. */
function statPattern({ registry }: OutboundContext): Source {
  return registry.mesh['outboundClusterStatName'] ? [registry.mesh, 'outboundClusterStatName'] : undefined;
}

/** `stat_prefix`: the cluster's name, or MeshConfig's `outboundClusterStatName` filled in. */
export function clusterStatPrefix(
  context: OutboundContext,
  cluster: string,
  service: Service | undefined,
  port: { port: number; name: string },
  subset: string,
): string {
  const pattern = context.registry.mesh['outboundClusterStatName'];
  if (typeof pattern !== 'string' || pattern === '' || !service) return cluster;
  return statName(pattern, service, port, subset, 0);
}

/**
 * The network filters for the destinations of a VirtualService's tcp or tls route (istiod's
 * `buildOutboundNetworkFilters`): one cluster, or several by weight. The DestinationRule of the first destination counts.
 *
 * @param route the `tcp` or `tls` item
 */
export function routeFilters(
  context: OutboundContext,
  port: ListenPort,
  virtualService: VirtualService,
  route: JsonObject,
): Filter[] {
  const destinations = (Array.isArray(route['route']) ? route['route'] : []).filter(isObject) as JsonObject[];
  const target = (item: JsonObject): JsonObject | undefined =>
    isObject(item['destination']) ? (item['destination'] as JsonObject) : undefined;
  const serviceOf = (item: JsonObject): Service | undefined =>
    context.scope.serviceByHostname.get(String(target(item)?.['host'] ?? ''));
  const clusterOf = (item: JsonObject): string => {
    const service = serviceOf(item);
    const known = service && { service, ports: service.ports.map((own) => own.port) };
    return destinationCluster(target(item), known, port.port);
  };
  const [first] = destinations;
  if (!first) return [];
  const service = serviceOf(first);
  const rule = service && context.scope.destinationRule(service)?.spec;
  const subset = String(target(first)?.['subset'] ?? '');
  const proxy: Message = {};
  let cluster = clusterOf(first);
  if (destinations.length === 1) {
    proxy['stat_prefix'] = clusterStatPrefix(context, cluster, service, port, subset);
    proxy['cluster'] = cluster;
    deriveField(proxy, 'stat_prefix', ...destinationOrigins(target(first)), statPattern(context));
    deriveField(proxy, 'cluster', ...destinationOrigins(target(first)));
    applyHashPolicy(proxy, rule, subset);
    applyTunnel(proxy, rule, subset);
  } else {
    proxy['stat_prefix'] = `${virtualService.name}.${virtualService.namespace}`;
    const weighted = destinations.filter((item) => Number(item['weight'] ?? 0) > 0);
    proxy['weighted_clusters'] = {
      clusters: weighted.map((item) => {
        const share = derive({ name: clusterOf(item), weight: Number(item['weight']) }, item);
        deriveField(share, 'name', ...destinationOrigins(target(item)));
        return deriveField(share, 'weight', [item, 'weight']);
      }),
    };
    cluster = weighted[0] ? clusterOf(weighted[0]) : cluster;
    // What a subset says cannot hold for a listener that serves several.
    applyHashPolicy(proxy, rule, '');
    applyTunnel(proxy, rule, '');
  }
  applyTimeouts(proxy, rule, nodeMetadata(context.proxy, 'IDLE_TIMEOUT'));
  return completeFilters(context, port, derive(proxy, route), cluster, undefined);
}
