import type { ResourceType } from '../../model/envoy.ts';

/**
 * How a proxy stands with its istiod: `synced` (acknowledged all that was sent), `stale` (something sent was not
 * acknowledged), `rejected` (it answered with an error, NACK), `not-sent` (connected, nothing sent yet), `disconnected`
 * (no istiod knows it), `unknown` (not every istiod could be asked, and those that answered do not know it).
 */
export type SyncState = 'synced' | 'stale' | 'rejected' | 'not-sent' | 'disconnected' | 'unknown';

/** What istiod tells the exchange of: the four types that are compared, and extension configs (ECDS). */
export type SyncType = ResourceType | 'extension';

/** One type's exchange between istiod and a proxy, as `/debug/syncz` tells it. */
export interface TypeSync {
  /** A nonce, or a word in its place where istiod tells states alone. */
  sent: string;
  acked: string;
  /** RFC 3339; undefined where istiod is too old to say. */
  sentTime?: string;
  /** Envoy's own words, where its last answer was an error; istiod clears it with the next acknowledgement. */
  error?: string;
}

/** The types of which something was sent. */
export type SyncRow = Partial<Record<SyncType, TypeSync>>;

/** The types that were sent and not acknowledged. */
export function unackedTypes(row: SyncRow): SyncType[] {
  return (Object.entries(row) as [SyncType, TypeSync][])
    .filter(([, sync]) => sync.sent !== sync.acked || sync.error !== undefined)
    .map(([type]) => type);
}

/**
 * Whether the proxy acknowledged something of the same push or of a later one: then its stream is alive, and what it did
 * not acknowledge it rejected, or is about to. istiod sends all types of a push in a row; a proxy that is cut off
 * acknowledges none.
 */
export function streamIsAlive(row: SyncRow, type: SyncType): boolean {
  const push = pushOf(row[type]?.sent ?? '');
  if (push === undefined) return false;
  return Object.values(row).some((sync) => sync.sent === sync.acked && (pushOf(sync.acked) ?? -1) >= push);
}

/**
 * Whether what is not acknowledged was rejected: istiod tells so, or it is too old to tell and the proxy had time enough
 * to acknowledge it as it did the rest of the push.
 *
 * @param now RFC 3339
 */
export function isRejected(row: SyncRow, type: SyncType, now: string): boolean {
  const sync = row[type];
  if (!sync) return false;
  if (sync.error !== undefined) return true;
  // An istiod that tells when it sent something tells errors too.
  if (sync.sentTime !== undefined || sync.sent === sync.acked || !streamIsAlive(row, type)) return false;
  // Old istiods forget what was acknowledged when Envoy asks anew (istio/istio#52278): that is no refusal.
  if (sync.acked === '') return false;
  const sent = Date.parse(pushTime(sync.sent) ?? '');
  return Number.isNaN(sent) || Date.parse(now) - sent > inFlightMs;
}

/** What a proxy may take to answer before its silence means something. */
const inFlightMs = 5000;

const nonceTail = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The number of the push in a nonce `2026-11-21T10:53:19Z/176` + uuid (pilot/pkg/xds `nonce`). */
function pushOf(nonce: string): number | undefined {
  const number = /\/(\d+)$/.exec(nonce.replace(nonceTail, ''))?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The time of the push in a nonce or in a `version_info`, RFC 3339. */
export function pushTime(version: string): string | undefined {
  return /^(\d{4}-\d\d-\d\dT[\d:.]+Z)(\/|$)/.exec(version)?.[1];
}
