import type { LiveProxy } from '../../decode/index.ts';
import type { OtherAnswers } from '../../model/cluster-state.ts';
import type { Proxy } from '../../model/proxy.ts';
import { resourceOf } from './attribution.ts';
import type { Connections } from './connections.ts';
import { logRejections, readRejection } from './proxy-log.ts';
import { isRejected, type SyncRow, type SyncState, type SyncType, unackedTypes } from './sync.ts';
import type { ExaminedProxy, Rejection } from './types.ts';

/**
 * How a proxy stands with istiod, from what the istiods, its dump and its log say.
 *
 * @param now RFC 3339
 */
export function judge(
  proxy: Proxy,
  live: LiveProxy,
  answers: OtherAnswers,
  connections: Connections,
  now: string,
): ExaminedProxy {
  const row = connections.byProxy.get(proxy.id)?.[0]?.row;
  const rejections: Rejection[] = live.rejected
    .filter((it) => it.name !== '' || live.rejected.every((other) => other === it || other.details !== it.details))
    .map((it) => ({ type: it.type, name: it.name, details: it.details, time: it.lastUpdateAttempt }));
  const log = logRejections(answers.log ?? '');
  for (const type of row ? unackedTypes(row) : []) {
    if (!row || rejections.some((it) => it.type === type)) continue;
    // Where istiod forgot what was acknowledged, Envoy's own log decides.
    const logged = row[type]?.acked === '' && log.has(type);
    if (!logged && !isRejected(row, type, now)) continue;
    const told = row[type]?.error;
    const { name, details } = told === undefined ? (log.get(type) ?? nothingTold) : readRejection(told);
    rejections.push({ type, name, details, time: row[type]?.sentTime });
  }
  // A listener that was updated in place is listed twice, with one error.
  const distinct = new Map(rejections.map((it) => [JSON.stringify([it.type, it.name, it.details]), it]));
  const named = [...distinct.values()].map((it) =>
    it.name === '' ? it : { ...it, holds: resourceOf(live.config, it.type, it.name) !== undefined },
  );
  return { proxy, row: row ?? {}, rejections: named, state: stateOf(row, rejections.length > 0, connections) };
}

const nothingTold = { name: '', details: '' };

/** The state that a row gives, or the lack of one. */
export function stateOf(row: SyncRow | undefined, rejected: boolean, connections: Connections): SyncState {
  if (rejected) return 'rejected';
  if (!row) return connections.complete ? 'disconnected' : 'unknown';
  if (Object.keys(row).length === 0) return 'not-sent';
  return unackedTypes(row).length > 0 ? 'stale' : 'synced';
}

/** The types that a proxy rejects, as far as istiod alone tells. */
export function rejectedTypes(row: SyncRow, now: string): SyncType[] {
  return unackedTypes(row).filter((type) => isRejected(row, type, now));
}
