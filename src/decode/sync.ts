import type { ResourceType } from '../model/envoy.ts';
import type { LiveProxy } from './types.ts';

/** One proxy's row in istiod's `/debug/syncz` (pilot/pkg/xds `SyncStatus`). */
export interface SyncEntry {
  /** `pod.namespace`. */
  proxy: string;
  [field: string]: unknown;
}

/**
 * Whether a proxy holds what its istiod last sent: `in sync`; `stale` (sent and not acknowledged); `rejected` (Envoy
 * has refused a resource); `disconnected` (no istiod that was asked knows the proxy); `unknown` (none was asked).
 */
export type SyncState = 'in sync' | 'stale' | 'rejected' | 'disconnected' | 'unknown';

export interface SyncStatus {
  state: SyncState;
  /** The types that are behind, with the nonces. */
  behind: { type: ResourceType; sent: string; acked: string }[];
}

const types: readonly ResourceType[] = ['cluster', 'endpoint', 'listener', 'route'];

/**
 * Judges one proxy by what istiod says of it and by its own error states.
 *
 * @param proxy `namespace/pod`
 * @param syncz the rows of all istiods together; undefined where none could be asked
 */
export function syncStatus(proxy: string, syncz: readonly SyncEntry[] | undefined, live?: LiveProxy): SyncStatus {
  const [namespace, pod] = proxy.split('/');
  const rows = syncz?.filter((entry) => entry.proxy === `${pod}.${namespace}`) ?? [];
  const behind = rows.length === 0 ? [] : leastBehind(rows);
  if (live && live.rejected.length > 0) return { state: 'rejected', behind };
  if (!syncz) return { state: 'unknown', behind };
  if (rows.length === 0) return { state: 'disconnected', behind };
  return { state: behind.length > 0 ? 'stale' : 'in sync', behind };
}

/** After a reconnection an old row may stay for a while on another istiod: the row with the least behind is in force. */
function leastBehind(rows: readonly SyncEntry[]): SyncStatus['behind'] {
  return rows.map(behindOf).sort((a, b) => a.length - b.length)[0] ?? [];
}

function behindOf(row: SyncEntry): SyncStatus['behind'] {
  return types.flatMap((type) => {
    const sent = String(row[`${type}_sent`] ?? '');
    const acked = String(row[`${type}_acked`] ?? '');
    return sent === acked ? [] : [{ type, sent, acked }];
  });
}
