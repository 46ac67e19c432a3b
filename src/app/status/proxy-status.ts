import type { Finding } from '../../model/finding.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { ProxyStatus, RejectedUpdate, TypeStatus } from '../../model/status.ts';
import type { Connections } from '../drift/connections.ts';
import type { Examined } from '../drift/examine.ts';
import { rejectedTypes, stateOf } from '../drift/judge.ts';
import { readRejection } from '../drift/proxy-log.ts';
import { pushTime } from '../drift/sync.ts';
import type { Rejection } from '../drift/types.ts';
import { stillDoes } from './effects.ts';
import type { Observed } from './observed.ts';
import { secondsBetween, typeStates } from './type-states.ts';

/** What is known of one proxy, as far as it is known. */
export interface Known {
  id: string;
  /** Undefined for a proxy that istiod knows and the API server does not. */
  proxy: Proxy | undefined;
  examined: Examined | undefined;
  observed: Observed | undefined;
}

export interface Context {
  connections: Connections;
  /** What was found of the proxies' configuration. */
  findings: readonly Finding[];
  /** The API server's objects, by name. */
  objects: ReadonlyMap<string, Resource>;
  /** RFC 3339 */
  now: string;
  /** Whether it is known what the proxies should hold. */
  judged: boolean;
}

/** Joins what istiod tells of a proxy with what its own dump tells. */
export function proxyStatus({ id, proxy, examined, observed }: Known, context: Context): ProxyStatus {
  const connections = context.connections.byProxy.get(id) ?? [];
  const [connection] = connections;
  const rejections = examined?.examined.rejections ?? toldRejections(connection?.row ?? {}, context.now);
  const types = typeStates(connection, rejections, context.now);
  const state = examined?.examined.state ?? stateOf(connection?.row, rejections.length > 0, context.connections);
  const own = context.findings.filter((finding) => finding.proxies.includes(id));
  const late = own.filter((finding) => finding.kind === 'stale');
  const lacks = rejections.filter((it) => it.holds !== false).map(lackOf);
  return {
    id,
    type: proxy?.type ?? connection?.proxyType ?? '',
    workload: proxy?.workloadName ?? '',
    cluster: proxy?.clusterId || connection?.clusterId || '',
    revision: proxy?.revision || connection?.istiod.revision || '',
    state,
    connections: connections.map(({ istiod }) => ({
      istiod: istiod.podName,
      revision: istiod.revision,
      version: istiod.version ?? '',
    })),
    types,
    versions: { istio: connection?.istioVersion || proxy?.istioVersion || '', envoy: observed?.envoyVersion ?? null },
    read: examined !== undefined,
    differs: examined && context.judged ? examined.differences.length > 0 : null,
    behindSeconds: behind(state, Object.values(types), examined, observed, context.now),
    effects: [...new Set(late.map((it) => `${stillDoes(it, context.objects)} (${it.resource})`))],
    rejections: rejections.map((it) => rejectedUpdate(it, own)),
    restart: restartOf(state, rejections, lacks),
    restartLacks: lacks,
    certificate: observed?.certificate ?? null,
  };
}

/** A pod that has no connection may get none when it comes up anew, and then no configuration at all. */
function restartOf(state: string, rejections: readonly Rejection[], lacks: readonly string[]): ProxyStatus['restart'] {
  if (lacks.length > 0) return 'broken';
  if (rejections.length > 0) return 'same';
  return state === 'unknown' || state === 'disconnected' ? 'unknown' : 'same';
}

/** Without a proxy's dump: what istiod alone tells. */
function toldRejections(row: NonNullable<Examined['examined']['row']>, now: string): Rejection[] {
  return rejectedTypes(row, now).map((type) => {
    const { name, details } = readRejection(row[type]?.error ?? '');
    // Nothing of the type was ever taken: there is no former version.
    const holds = row[type]?.acked === '' ? false : undefined;
    return { type, name, details, time: row[type]?.sentTime, ...(holds === undefined ? {} : { holds }) };
  });
}

function lackOf({ type, name }: Rejection): string {
  return name === '' ? `the ${type}s that it rejects` : `${type} ${name}`;
}

/**
 * How long it has been behind, at least: since the oldest update that waits was sent; for one that is connected to
 * nobody, since its own version of anything, where that is no longer right.
 */
function behind(
  state: string,
  types: readonly TypeStatus[],
  examined: Examined | undefined,
  observed: Observed | undefined,
  now: string,
): number | null {
  const waiting = types.filter((it) => it.state === 'STALE' || it.state === 'REJECTED');
  const ages = waiting.flatMap((it) => (it.ageSeconds === null ? [] : [it.ageSeconds]));
  if (ages.length > 0) return Math.max(...ages);
  if (state !== 'disconnected' || !examined || examined.differences.length === 0) return null;
  const held = (observed?.versions ?? []).map((it) => pushTime(it) ?? '').filter((it) => it !== '');
  const newest = held.sort().at(-1);
  return newest === undefined ? null : secondsBetween(newest, now);
}

function rejectedUpdate(rejection: Rejection, own: readonly Finding[]): RejectedUpdate {
  const finding = own.find(
    (it) => it.kind === 'nack' && (rejection.details === '' || it.message.includes(rejection.details)),
  );
  const known = finding && !finding.resource.startsWith('Pod ') ? finding : undefined;
  return {
    type: rejection.type,
    name: rejection.name,
    error: rejection.details,
    resource: known?.resource ?? null,
    field: known?.field ?? null,
    location: known?.location ?? null,
  };
}
