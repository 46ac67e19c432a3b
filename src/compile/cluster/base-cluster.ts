import type { Cluster, Message } from '../../model/envoy.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Service, ServicePort } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import type { LocalityGroup } from '../endpoint/locality-group.ts';
import { any } from '../http/typed-config.ts';
import type { ClusterContext } from './context.ts';
import type { ClusterDraft } from './draft.ts';
import { setLbConfig } from './draft.ts';
import { dnsLookupFamily } from './ip-family.ts';
import { addService } from './metadata.ts';
import { applyStatName } from './stat-name.ts';
import { setUpstreamProtocol } from './upstream-protocol.ts';

export type DiscoveryType = 'EDS' | 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'ORIGINAL_DST';

/** How Envoy finds the endpoints of a service (istiod's `convertResolution`). Gateways cannot see an original destination. */
export function discoveryType(context: ClusterContext, service: Service): DiscoveryType {
  switch (service.resolution) {
    case 'DNSLB':
      return racesConnections(service) ? 'LOGICAL_DNS' : 'STRICT_DNS';
    case 'DNSRoundRobinLB':
      return 'LOGICAL_DNS';
    case 'Passthrough': {
      const eds =
        service.registry === 'Kubernetes' &&
        context.registry.environment.flag('PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES', false);
      return context.proxy.type === 'router' || eds ? 'EDS' : 'ORIGINAL_DST';
    }
    default:
      return 'EDS';
  }
}

/** The ServiceEntry asks for connections to all of a name's addresses at once. */
function racesConnections(service: Service): boolean {
  return service.dnsConnectStrategy === 'RACE_FIRST_TCP_CONNECT';
}

/** A cluster without any policy, and what istiod gives to every cluster (istiod's `buildCluster`). */
export function bareCluster(name: string, type: DiscoveryType): Cluster {
  return { name, type, common_lb_config: {}, alt_stat_name: `${name};` };
}

/**
 * The cluster of a service port before any rule (istiod's `buildCluster`). Undefined where a cluster that must hold its
 * endpoints has none: istiod leaves it out.
 *
 * @param groups endpoints that stand in the cluster itself (DNS)
 */
export function serviceCluster(
  context: ClusterContext,
  name: string,
  type: DiscoveryType,
  service: Service,
  port: ServicePort,
  subset: string,
  groups: LocalityGroup[],
): ClusterDraft | undefined {
  const cluster = derive(bareCluster(name, type), port.config);
  const { spec } = service.resource;
  if (service.registry === 'External') deriveField(cluster, 'type', [spec, 'resolution']);
  else if (service.resolution === 'Passthrough') deriveField(cluster, 'type', [spec, 'clusterIP']);
  const draft: ClusterDraft = { cluster, dynamicForwardProxy: false };
  if (type === 'STRICT_DNS' || type === 'LOGICAL_DNS' || type === 'STATIC') {
    if (groups.length === 0) return undefined;
    if (type !== 'STATIC') applyDns(context, cluster, service);
    cluster['load_assignment'] = { cluster_name: name, endpoints: groups.map((group) => group.message) };
  } else if (type === 'ORIGINAL_DST') overridePort(cluster, service, port);
  setUpstreamProtocol(context, draft, port);
  addService(cluster, context.registry, service);
  applyStatName(cluster, context.mesh, 'outboundClusterStatName', service, port, subset, 0);
  return draft;
}

function applyDns(context: ClusterContext, cluster: Cluster, service: Service): void {
  const { environment } = context.registry;
  cluster['dns_lookup_family'] = racesConnections(service) ? 'ALL' : dnsLookupFamily(context.proxy, context.registry);
  cluster['typed_dns_resolver_config'] = {
    name: 'envoy.network.dns_resolver.cares',
    typed_config: any('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', {
      udp_max_queries: Number(environment.text('PILOT_DNS_CARES_UDP_MAX_QUERIES', '100')),
    }),
  };
  cluster['dns_jitter'] = envoyDuration(environment.text('PILOT_DNS_JITTER_DURATION', '100ms'));
  cluster['dns_refresh_rate'] = envoyDuration(context.mesh['dnsRefreshRate']) ?? '60s';
  deriveField(cluster, 'dns_refresh_rate', [context.mesh, 'dnsRefreshRate']);
  cluster['respect_dns_ttl'] = true;
}

/** `targetPort` of a ServiceEntry with resolution NONE: the address stays the client's, the port changes. */
function overridePort(cluster: Cluster, service: Service, port: ServicePort): void {
  if (service.registry !== 'External' || service.resolution !== 'Passthrough') return;
  if (typeof port.targetPort !== 'number' || port.targetPort === 0 || port.targetPort === undefined) return;
  const config: Message = { upstream_port_override: port.targetPort };
  deriveField(config, 'upstream_port_override', [port.config, 'targetPort']);
  setLbConfig(cluster, 'original_dst_lb_config', config);
}

/** Endpoints are fetched over ADS, without a time limit. */
export function applyEds(cluster: Cluster): void {
  if (cluster['type'] !== 'EDS') return;
  cluster['eds_cluster_config'] = {
    eds_config: { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' },
    service_name: cluster.name,
  };
}
