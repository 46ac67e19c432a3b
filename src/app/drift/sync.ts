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
  /** RFC 3339; only newer istiods tell it. */
  sentTime?: string;
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
    const sentTime = text(known['sentTime']);
    row[type] = { sent, acked: text(known['acked'] ?? entry[`${type}_acked`]), ...(sentTime && { sentTime }) };
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
 * Whether the proxy acknowledged anything that was sent after `type` was: then its stream is alive, and what it did not
 * acknowledge it rejected.
 */
export function ackedLater(row: SyncRow, type: ResourceType): boolean {
  const time = row[type]?.sentTime;
  if (time === undefined) return false;
  return Object.entries(row).some(
    ([other, sync]) => other !== type && sync.sent === sync.acked && (sync.sentTime ?? '') > time,
  );
}
