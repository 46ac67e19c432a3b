import { typeUrl } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject, objects } from '../../model/json.ts';
import type { SyncRow, SyncType, TypeSync } from './sync.ts';

/** One connection of a proxy, as one istiod tells it. */
export interface SyncEntry {
  /** `namespace/pod` */
  id: string;
  row: SyncRow;
  /** Types that the proxy asked for; undefined where istiod is too old to say. */
  watched?: ReadonlySet<SyncType>;
  clusterId: string;
  /** `sidecar`, `router`; '' where istiod does not say. */
  proxyType: string;
  istioVersion: string;
}

const syncTypes = ['cluster', 'listener', 'endpoint', 'route', 'extension'] as const;

const urls: Record<SyncType, string> = {
  ...typeUrl,
  extension: 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig',
};

/** Names of the flat fields, `cluster_sent` and so on (pilot/pkg/xds `SyncStatus`). */
const flat: Record<SyncType, string> = {
  cluster: 'cluster',
  endpoint: 'endpoint',
  listener: 'listener',
  route: 'route',
  extension: 'extensionconfig',
};

/** What connects to istiod and is no Envoy (pkg/model `NodeType`). */
const noEnvoys = new Set(['ztunnel', 'agentgateway']);

/**
 * Reads what one istiod tells of its connections: an entry a connection of an Envoy. Shapes:
 * - `/debug/syncz` before Istio 1.23: `cluster_sent`, `cluster_acked` and so on; the state follows from the nonces.
 * - since 1.23 a map `resources` by type URL beside these, with times and Envoy's last error.
 * - the answer over xDS (`istio.io/debug/syncz`): `ClientConfig`s of Envoy's CSDS with `generic_xds_configs`, a state for
 *   each type and no nonces.
 */
export function readSyncEntries(answer: unknown): SyncEntry[] {
  return objects(answer).flatMap((entry) => {
    const read = entry['node'] === undefined ? fromSyncStatus(entry) : fromClientConfig(entry);
    return read && !noEnvoys.has(read.proxyType) ? [read] : [];
  });
}

/** The rows of one istiod by `namespace/pod`. */
export function readSyncz(answer: unknown): Map<string, SyncRow> {
  return new Map(readSyncEntries(answer).map(({ id, row }) => [id, row]));
}

/** `pod.namespace`; names of pods may have dots. */
function idOf(node: string): string {
  const dot = node.lastIndexOf('.');
  return `${node.slice(dot + 1)}/${node.slice(0, dot)}`;
}

function fromSyncStatus(entry: JsonObject): SyncEntry | undefined {
  if (typeof entry['proxy'] !== 'string') return undefined;
  const { resources } = entry;
  const watched = isObject(resources)
    ? new Set(syncTypes.filter((type) => resources[urls[type]] !== undefined))
    : undefined;
  return {
    id: idOf(entry['proxy']),
    row: rowOf(entry),
    ...(watched ? { watched } : {}),
    clusterId: text(entry['cluster_id']),
    proxyType: text(entry['proxy_type']),
    istioVersion: text(entry['istio_version']) || text(entry['proxy_version']),
  };
}

function rowOf(entry: JsonObject): SyncRow {
  const row: SyncRow = {};
  for (const type of syncTypes) {
    const resources = isObject(entry['resources']) ? entry['resources'][urls[type]] : undefined;
    const known = isObject(resources) ? resources : {};
    const sent = text(known['sent'] ?? entry[`${flat[type]}_sent`]);
    if (sent === '') continue;
    const acked = text(known['acked'] ?? entry[`${flat[type]}_acked`]);
    row[type] = { sent, acked, ...timeOf(known['sentTime']), ...errorOf(known['lastError']) };
  }
  return row;
}

/**
 * pilot/pkg/xds `debugSyncz`. Before 1.23 it has neither times nor errors, and a type that a proxy does not ask for reads
 * NOT_SENT; since then only types that are asked for are in it.
 */
function fromClientConfig(entry: JsonObject): SyncEntry | undefined {
  const { node } = entry;
  if (!isObject(node) || typeof node['id'] !== 'string') return undefined;
  const metadata = isObject(node['metadata']) ? node['metadata'] : {};
  const configs = objects(entry['genericXdsConfigs'] ?? entry['generic_xds_configs']);
  const row: SyncRow = {};
  const watched = new Set<SyncType>();
  for (const config of configs) {
    const type = syncTypes.find((it) => urls[it] === (config['typeUrl'] ?? config['type_url']));
    const state = text(config['configStatus'] ?? config['config_status']);
    if (type === undefined || state === '' || state === 'UNKNOWN') continue;
    watched.add(type);
    const sync = syncOf(state, config);
    if (sync) row[type] = sync;
  }
  // What asks for none of an Envoy's types is none: a ztunnel has types of its own.
  if (watched.size === 0) return undefined;
  const timed = configs.some((it) => (it['lastUpdated'] ?? it['last_updated']) !== undefined);
  return {
    id: idOf(node['id']),
    row,
    ...(timed ? { watched } : {}),
    clusterId: text(metadata['CLUSTER_ID']),
    proxyType: '',
    istioVersion: text(metadata['ISTIO_VERSION']),
  };
}

function syncOf(state: string, config: JsonObject): TypeSync | undefined {
  if (state === 'NOT_SENT') return undefined;
  const failure = config['errorState'] ?? config['error_state'];
  const details = isObject(failure) ? text(failure['details']) : '';
  return {
    sent: 'sent',
    acked: state === 'SYNCED' ? 'sent' : 'not acknowledged',
    ...timeOf(config['lastUpdated'] ?? config['last_updated']),
    ...(state === 'ERROR' ? { error: details } : {}),
  };
}

/** Go prints a time that was never set as year 1. */
function timeOf(value: unknown): { sentTime?: string } {
  const time = text(value);
  return time === '' || time.startsWith('0001') ? {} : { sentTime: time };
}

function errorOf(value: unknown): { error?: string } {
  return text(value) === '' ? {} : { error: text(value) };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
