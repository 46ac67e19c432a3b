import { type StatusType, statusTypes, type TypeStatus } from '../../model/status.ts';
import type { Connection } from '../drift/connections.ts';
import { isRejected, pushTime, type TypeSync } from '../drift/sync.ts';
import type { Rejection } from '../drift/types.ts';

/**
 * How each type of a proxy stands.
 *
 * @param connection the one in force; none where no istiod that answered knows the proxy
 * @param rejections what its own dump and istiod tell of refused updates
 * @param now RFC 3339
 */
export function typeStates(
  connection: Connection | undefined,
  rejections: readonly Rejection[],
  now: string,
): Record<StatusType, TypeStatus> {
  const of = (type: StatusType): TypeStatus => {
    const refused = rejections.find((it) => it.type === type);
    const sync = connection?.row[type];
    const sentAt = sync ? sentTime(sync) : (refused?.time ?? null);
    const rejected = refused !== undefined || (connection !== undefined && isRejected(connection.row, type, now));
    const state = rejected ? 'REJECTED' : stateOf(type, connection, sync);
    const error = rejected ? (refused?.details ?? sync?.error ?? '') : null;
    return { state, sentAt, ageSeconds: sentAt === null ? null : secondsBetween(sentAt, now), error };
  };
  return Object.fromEntries(statusTypes.map((type) => [type, of(type)])) as Record<StatusType, TypeStatus>;
}

/** As istioctl words it: IGNORED is a type that the proxy does not ask for. */
function stateOf(
  type: StatusType,
  connection: Connection | undefined,
  sync: TypeSync | undefined,
): TypeStatus['state'] {
  if (!connection) return 'UNKNOWN';
  if (!sync) {
    // An istiod without the map of types tells nothing of what a proxy asks for; hardly any asks for extensions.
    const asked = connection.watched?.has(type) ?? type !== 'extension';
    return asked ? 'NOT SENT' : 'IGNORED';
  }
  return sync.sent === sync.acked ? 'SYNCED' : 'STALE';
}

function sentTime(sync: TypeSync): string | null {
  return sync.sentTime ?? pushTime(sync.sent) ?? null;
}

/** Never negative: clocks differ. Null for what is no time. */
export function secondsBetween(from: string, to: string): number | null {
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isNaN(ms) ? null : Math.max(0, Math.round(ms / 1000));
}
