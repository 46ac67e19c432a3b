import type { LiveProxy } from '../../decode/index.ts';
import type { ServedConfig } from '../../explain/index.ts';
import type { Cluster, ClusterLoadAssignment, Listener, Message, ProxyConfig } from '../../model/envoy.ts';
import { type JsonObject, objects } from '../../model/json.ts';

/**
 * What of a live proxy serves: a listener that still waits for a secret or for routes takes no connections, a cluster of
 * DNS has the addresses that its names stand for now, a host that is ejected gets nothing.
 *
 * @param clusters the proxy's `/clusters?format=json`, where it was read
 */
export function serving(live: LiveProxy, clusters?: JsonObject): ServedConfig {
  const { config, waitingListeners, waitingSecrets } = live;
  const ejected = new Map(
    objects(clusters?.['cluster_statuses']).map((it) => [
      String(it['name']),
      new Set(objects(it['host_statuses']).filter(isEjected).map(addressOf)),
    ]),
  );
  const endpoints = config.endpoints.map((it) => withoutEjected(it, ejected.get(it.cluster_name) ?? new Set()));
  const ofDns = new Set(config.clusters.filter(isOfDns).map(({ name }) => name));
  const resolved = endpoints.filter((it) => ofDns.has(it.cluster_name));
  const missingSecrets = new Set(waitingSecrets);
  return { ...withoutListeners(config, waitingListeners), endpoints, resolved, missingSecrets };
}

/**
 * What of a compiled configuration serves, by what the live proxy tells of Secrets: they are not read, and only the proxy
 * that asks for one tells that it is missing. A listener of which the live one still waits takes no connections.
 */
export function supplied(config: ProxyConfig, live: Waiting): ServedConfig {
  const { waitingListeners, waitingSecrets } = live;
  const waiting = config.listeners.flatMap((it) =>
    waitingListeners.includes(it.name) && usesCredential(it) ? [it.name] : [],
  );
  return { ...withoutListeners(config, waiting), missingSecrets: new Set(waitingSecrets) };
}

/** What a live proxy tells of the Secrets that it has not got. */
export type Waiting = Pick<LiveProxy, 'waitingListeners' | 'waitingSecrets'>;

/** A configuration whose listeners of some names take no connections. */
function withoutListeners(config: ProxyConfig, names: readonly string[]): ProxyConfig {
  if (names.length === 0) return config;
  return { ...config, listeners: config.listeners.filter((it) => !names.includes(it.name)) };
}

/** Whether a listener shows a certificate of a Secret (`credentialName`). */
function usesCredential(listener: Listener): boolean {
  return (listener.filter_chains ?? []).some((chain) =>
    /"(kubernetes(-gateway)?|configmap):\/\//.test(JSON.stringify(chain.transport_socket ?? {})),
  );
}

function isOfDns(cluster: Cluster): boolean {
  const { type, cluster_type: extension } = cluster as Message;
  return type === 'STRICT_DNS' || type === 'LOGICAL_DNS' || String(extension?.['name'] ?? '').endsWith('clusters.dns');
}

function withoutEjected(assignment: ClusterLoadAssignment, ejected: ReadonlySet<string>): ClusterLoadAssignment {
  if (ejected.size === 0) return assignment;
  const endpoints = (objects(assignment['endpoints']) as Message[]).map((group) => ({
    ...group,
    lb_endpoints: (objects(group['lb_endpoints']) as Message[]).map((it) =>
      ejected.has(addressOf(it['endpoint'] ?? {})) ? { ...it, health_status: 'UNHEALTHY' } : it,
    ),
  }));
  return { ...assignment, endpoints };
}

/** Outlier detection ejected the host, or an active health check failed: it gets no requests though istiod names it. */
function isEjected(host: Message): boolean {
  const health: Message = host['health_status'] ?? {};
  return health['failed_outlier_check'] === true || health['failed_active_health_check'] === true;
}

function socketOf(of: Message): Message {
  return of?.['address']?.['socket_address'] ?? {};
}

function addressOf(of: Message): string {
  const { address, port_value: port } = socketOf(of);
  return `${address}:${port}`;
}
