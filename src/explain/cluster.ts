import type { Cluster, ClusterLoadAssignment, Message, ProxyConfig, RouteConfiguration } from '../model/envoy.ts';
import { objects } from '../model/json.ts';
import { socketOf } from './tcp/listener.ts';

/** One endpoint of a cluster, as load balancing sees it. */
export interface Endpoint {
  address: string;
  port: number;
  /** HEALTHY, UNKNOWN, UNHEALTHY, DRAINING, DEGRADED, TIMEOUT; UNKNOWN counts as healthy. */
  health: string;
  priority: number;
  locality: string;
  weight: number;
  /** Whether requests may go to it now. */
  used: boolean;
  message: Message;
}

/** A configuration with what a live proxy tells beyond it. */
export interface ServedConfig extends ProxyConfig {
  /** The hosts that clusters of DNS have now. */
  resolved?: readonly ClusterLoadAssignment[];
  /** Names of secrets that were asked for over SDS and have not come. */
  missingSecrets?: ReadonlySet<string>;
}

/** Resources of a configuration by name. */
interface Index {
  clusters: Map<string, Cluster>;
  endpoints: Map<string, ClusterLoadAssignment>;
  routes: Map<string, RouteConfiguration>;
  /** Hosts of clusters of DNS. */
  resolved: Map<string, ClusterLoadAssignment>;
  /** Endpoints of clusters that were asked for. */
  used: Map<Cluster, readonly Endpoint[]>;
}

const indexes = new WeakMap<ProxyConfig, Index>();

/** Clusters, endpoints and route configurations by name. */
export function indexOf(config: ServedConfig): Index {
  let index = indexes.get(config);
  if (!index) {
    index = {
      clusters: new Map(config.clusters.map((it) => [it.name, it])),
      endpoints: new Map(config.endpoints.map((it) => [it.cluster_name, it])),
      resolved: new Map(config.resolved?.map((it) => [it.cluster_name, it])),
      routes: new Map(config.routes.map((it) => [it.name, it])),
      used: new Map(),
    };
    indexes.set(config, index);
  }
  return index;
}

/** What gives a cluster its endpoints. */
export type Discovery = 'EDS' | 'STATIC' | 'DNS' | 'ORIGINAL_DST' | 'DYNAMIC_DNS' | 'OTHER';

/** How a cluster finds its endpoints (`type`, or the extension in `cluster_type`). */
export function discoveryOf(cluster: Cluster): Discovery {
  const type = cluster['type'] ?? (cluster['cluster_type'] ? 'EXTENSION' : 'STATIC');
  if (type === 'EDS' || type === 'STATIC' || type === 'ORIGINAL_DST') return type;
  if (type === 'STRICT_DNS' || type === 'LOGICAL_DNS') return 'DNS';
  const name = String(cluster['cluster_type']?.['name'] ?? '');
  if (name.includes('dynamic_forward_proxy')) return 'DYNAMIC_DNS';
  return name.includes('dns') ? 'DNS' : 'OTHER';
}

/** All endpoints of a cluster, those marked that requests go to: healthy ones of the first priority that has any. */
export function endpointsOf(config: ProxyConfig, cluster: Cluster): readonly Endpoint[] {
  const index = indexOf(config);
  let endpoints = index.used.get(cluster);
  if (!endpoints) {
    endpoints = readEndpoints(index, cluster);
    index.used.set(cluster, endpoints);
  }
  return endpoints;
}

function readEndpoints(index: Index, cluster: Cluster): Endpoint[] {
  const assignment =
    discoveryOf(cluster) === 'EDS'
      ? index.endpoints.get(cluster['eds_cluster_config']?.['service_name'] || cluster.name)
      : (index.resolved.get(cluster.name) ?? (cluster['load_assignment'] as ClusterLoadAssignment | undefined));
  const found = objects(assignment?.['endpoints']).flatMap((group) =>
    objects(group['lb_endpoints']).map((message) => toEndpoint(message, group)),
  );
  const healthy = (it: Endpoint): boolean =>
    it.health === 'HEALTHY' || it.health === 'UNKNOWN' || it.health === 'DEGRADED';
  if (panics(cluster, found.filter(healthy).length, found.length)) return found.map((it) => ({ ...it, used: true }));
  const priorities = found.filter(healthy).map((it) => it.priority);
  const first = Math.min(...priorities);
  return found.map((it) => ({ ...it, used: healthy(it) && it.priority === first }));
}

/** Below the panic threshold (half by default) Envoy sends to all endpoints, whatever their health. */
function panics(cluster: Cluster, healthy: number, all: number): boolean {
  const threshold = cluster['common_lb_config']?.['healthy_panic_threshold'];
  const percent = threshold === undefined ? 50 : Number(threshold['value'] ?? 0);
  return all > 0 && healthy < all && (healthy / all) * 100 < percent;
}

function toEndpoint(message: Message, group: Message): Endpoint {
  const socket = socketOf(message['endpoint']?.['address']);
  const { region = '', zone = '', sub_zone: subZone = '' } = group['locality'] ?? {};
  return {
    address: socket?.address ?? String(message['endpoint']?.['address']?.['pipe']?.['path'] ?? ''),
    port: socket?.port ?? 0,
    health: message['health_status'] ?? 'UNKNOWN',
    priority: Number(group['priority'] ?? 0),
    locality: [region, zone, subZone].filter((it) => it !== '').join('/'),
    weight: Number(message['load_balancing_weight'] ?? 1),
    used: false,
    message,
  };
}
