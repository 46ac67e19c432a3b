import type { ClusterState, IstiodAnswers, Standpoint } from '../../model/cluster-state.ts';
import { pushTime, unackedTypes } from './sync.ts';
import { readSyncEntries, type SyncEntry } from './syncz.ts';

/** A proxy's connection to one istiod. */
export interface Connection extends SyncEntry {
  istiod: IstiodAnswers;
}

/** Every connection that the istiods tell of. */
export interface Connections {
  /** By `namespace/pod`; the connection in force first. */
  byProxy: ReadonlyMap<string, readonly Connection[]>;
  /** Whether every istiod answered, so that a proxy which none of them knows is not connected at all. */
  complete: boolean;
}

/**
 * Joins what all istiods tell. After a reconnection the former istiod shows the proxy for some 40 s more; the connection
 * in force is the one with the newest acknowledgement.
 */
export function connectionsOf(state: ClusterState): Connections {
  const byProxy = new Map<string, Connection[]>();
  const answered = state.istiods.filter((istiod) => istiod.syncz !== undefined);
  for (const istiod of answered) {
    for (const entry of readSyncEntries(istiod.syncz)) {
      const id = idIn(entry, state.standpoint);
      if (id !== undefined) byProxy.set(id, [...(byProxy.get(id) ?? []), { ...entry, id, istiod }]);
    }
  }
  for (const connections of byProxy.values()) connections.sort(byForce);
  return { byProxy, complete: answered.length > 0 && answered.length === state.istiods.length };
}

/** The id with its cluster, where several are read; undefined for a proxy that is told of with those of another one. */
function idIn({ id, clusterId }: SyncEntry, standpoint: Standpoint | undefined): string | undefined {
  if (!standpoint) return id;
  if (clusterId === '' || clusterId === standpoint.clusterId) return `${id}@${standpoint.name}`;
  if (standpoint.names.has(clusterId) || standpoint.config !== standpoint.name) return undefined;
  return `${id}@${clusterId}`;
}

function byForce(a: Connection, b: Connection): number {
  return lastAcked(b) - lastAcked(a) || unackedTypes(a.row).length - unackedTypes(b.row).length;
}

/** When istiod sent the newest of what was acknowledged, in milliseconds. */
function lastAcked({ row }: Connection): number {
  const times = Object.values(row)
    .filter((sync) => sync.acked !== '')
    .map((sync) => {
      const acked = sync.sent === sync.acked ? sync.sentTime : undefined;
      return Date.parse(acked ?? pushTime(sync.acked) ?? '') || 0;
    });
  return Math.max(0, ...times);
}
