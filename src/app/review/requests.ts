import type { ReviewedRequest } from '../../model/review.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { askedMesh } from './ask.ts';
import { boundaryRequests } from './boundary/index.ts';
import { type ChangedHost, changedHosts } from './changed-hosts.ts';
import { writtenOf } from './curl.ts';
import type { EffectiveChange } from './effective-changes.ts';
import { serverRequests } from './server-requests.ts';
import { type DifferentRequest, differenceOf, endOfAsked, type Sides, type Told } from './sides.ts';
import { streamRequests } from './stream-requests.ts';

/** Beyond so many requests for one virtual host no more are made. */
const mostAsked = 3000;

/**
 * Requests that base and head treat differently: made from the matchers of both sides of every virtual host that
 * changes, and sent through both by the request engine. One of each kind of difference on a host is shown.
 */
export function differingRequests(
  base: CompiledMesh,
  head: CompiledMesh,
  changes: readonly EffectiveChange[],
): ReviewedRequest[] {
  const found = differences({ base: askedMesh(base), head: askedMesh(head) }, changes);
  return found.map(({ proxies, ...told }) => ({ from: senders(proxies), ...told }));
}

/** The same with all who send them. */
export function differences(sides: Sides, changes: readonly EffectiveChange[]): DifferentRequest[] {
  const found = new Map<string, { told: Told; proxies: Set<string> }>();
  const note = (told: Told, proxy: string): void => {
    const key = JSON.stringify(told);
    const known = found.get(key) ?? { told, proxies: new Set() };
    found.set(key, known);
    known.proxies.add(proxy);
  };
  // Proxies with equal routes to equal clusters give equal answers.
  const known = new Map<string, Told[]>();
  for (const change of changes) {
    const { proxy } = change;
    for (const host of changedHosts(sides.base.compiled, sides.head.compiled, change)) {
      const like = JSON.stringify([host, proxy.type, proxy.namespace, proxy.serviceAccount, clustersOf(change)]);
      const told = known.get(like) ?? differencesAt(sides, host, change);
      known.set(like, told);
      for (const it of told) note(it, proxy.id);
    }
    for (const it of streamRequests(sides, change)) note(it, proxy.id);
  }
  const routed = [...found.values()].map(({ told, proxies }) => ({ proxies: [...proxies], ...told }));
  return [...routed, ...serverRequests(sides, changes)];
}

function senders([first, ...others]: readonly string[]): string {
  if (first === undefined) return 'a pod without a sidecar';
  return others.length > 0 ? `${first} and ${others.length} more` : first;
}

function differencesAt(sides: Sides, changedHost: ChangedHost, { proxy }: EffectiveChange) {
  const shown = new Map<string, Told>();
  const { host, authority, entrance, matches, needsTls } = changedHost;
  const { port, tls, address } = entrance;
  const made = boundaryRequests(matches, mostAsked);
  const secure = made.map((it) => ({ ...it, headers: [...it.headers, 'x-forwarded-proto: https'] }));
  for (const one of needsTls ? [...made, ...secure] : made) {
    const request = one.authority === undefined && authority !== undefined ? { ...one, authority } : one;
    const words = differenceOf(sides, (side) => endOfAsked(side, { proxy, host, port, tls, address, request }));
    if (!words) continue;
    // One witness for each kind of difference on a host.
    const kind = kindOf(words);
    if (shown.has(kind)) continue;
    const gateway = proxy.type === 'router';
    shown.set(kind, { ...writtenOf({ host, port, tls, gateway }, request), ...words });
  }
  return [...shown.values()];
}

function clustersOf({ differences }: EffectiveChange): unknown[] {
  return differences
    .filter(({ type }) => type === 'cluster' || type === 'endpoint')
    .map(({ type, name, expected, live }) => [type, name, expected, live]);
}

/** Redirects to several places are of one kind. */
function kindOf({ base, head }: { base: string; head: string }): string {
  return `${base} ${head}`.replaceAll(/ to https?:\S+/g, ' to another place');
}
