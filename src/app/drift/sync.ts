import type { ResourceType } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';

/**
 * How a proxy stands with its istiod: `synced` (acknowledged all that was sent), `stale` (something sent was not
 * acknowledged), `rejected` (it answered with an error, NACK), `not-sent` (connected, nothing sent yet), `disconnected`
 * (no istiod knows it), `unknown` (no istiod could be asked).
 */
export type SyncState = 'synced' | 'stale' | 'rejected' | 'not-sent' | 'disconnected' | 'unknown';

/** One type's exchange between istiod and a proxy, as `/debug/syncz` tells it. */
export interface TypeSync {
  sent: string;
  acked: string;
}

export type SyncRow = Partial<Record<ResourceType, TypeSync>>;

const typeUrls: Record<ResourceType, string> = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
};

/**
 * Reads `/debug/syncz` of one istiod: a row a proxy, keyed `namespace/pod`. Old istiods have `cluster_sent` and so on,
 * newer ones a map `resources` by type URL beside or instead.
 */
export function readSyncz(answer: unknown): Map<string, SyncRow> {
  const rows = new Map<string, SyncRow>();
  for (const entry of Array.isArray(answer) ? answer : []) {
    if (!isObject(entry) || typeof entry['proxy'] !== 'string') continue;
    const dot = entry['proxy'].lastIndexOf('.');
    rows.set(`${entry['proxy'].slice(dot + 1)}/${entry['proxy'].slice(0, dot)}`, rowOf(entry as JsonObject));
  }
  return rows;
}

function rowOf(entry: JsonObject): SyncRow {
  const row: SyncRow = {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  for (const type of ['cluster', 'endpoint', 'listener', 'route'] as const) {
    const resources = isObject(entry['resources']) ? entry['resources'][typeUrls[type]] : undefined;
    const known = isObject(resources) ? resources : {};
    const sent = text(known['sent'] ?? entry[`${type}_sent`]);
    if (sent === '') continue;
    row[type] = { sent, acked: text(known['acked'] ?? entry[`${type}_acked`]) };
  }
  return row;
}

/** The types that were sent and not acknowledged. */
export function unackedTypes(row: SyncRow): ResourceType[] {
  return (Object.entries(row) as [ResourceType, TypeSync][])
    .filter(([, sync]) => sync.sent !== sync.acked)
    .map(([type]) => type);
}

/**
 * Whether the proxy acknowledged something of the same push or of a later one: then its stream is alive, and what it did
 * not acknowledge it rejected. istiod sends all types of a push in a row; a proxy that is cut off acknowledges none.
 */
export function streamIsAlive(row: SyncRow, type: ResourceType): boolean {
  const push = pushOf(row[type]?.sent ?? '');
  if (push === undefined) return false;
  return Object.values(row).some((sync) => sync.sent === sync.acked && (pushOf(sync.acked) ?? -1) >= push);
}

/** The number of the push in a nonce `2026-11-21T10:53:19Z/176` + uuid (pilot/pkg/xds `nonce`). */
function pushOf(nonce: string): number | undefined {
  const number = /\/(\d+)$/.exec(nonce.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, ''))?.[1];
  return number === undefined ? undefined : Number(number);
}
