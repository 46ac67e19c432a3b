import type { ReviewedRequest } from '../../model/review.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { type Asked, type AskedMesh, ask, askedMesh } from './ask.ts';
import { boundaryRequests } from './boundary/index.ts';
import { type ChangedHost, changedHosts } from './changed-hosts.ts';
import { writtenOf } from './curl.ts';
import type { EffectiveChange } from './effective-changes.ts';
import { bothInWords, type End, endOf } from './request-end.ts';
import { senders, serverRequests } from './server-requests.ts';
import { streamRequests } from './stream-requests.ts';

/** Beyond so many requests for one virtual host no more are made. */
const mostAsked = 3000;

/** A request that both sides treat differently. */
interface Difference extends Omit<ReviewedRequest, 'from'> {
  proxies: Set<string>;
}

/**
 * Requests that base and head treat differently: made from the matchers of both sides of every virtual host that
 * changes, and sent through both by the request engine. One of each kind of difference on a host is shown.
 */
export function differingRequests(
  base: CompiledMesh,
  head: CompiledMesh,
  changes: readonly EffectiveChange[],
): ReviewedRequest[] {
  const sides: Sides = [askedMesh(base), askedMesh(head)];
  const found = new Map<string, Difference>();
  // Proxies with equal routes to equal clusters give equal answers.
  const known = new Map<string, Omit<ReviewedRequest, 'from'>[]>();
  for (const change of changes) {
    const { proxy } = change;
    for (const host of changedHosts(base, head, change)) {
      const like = JSON.stringify([host, proxy.type, proxy.namespace, proxy.serviceAccount, clustersOf(change)]);
      const differences = known.get(like) ?? differencesAt(sides, host, change);
      known.set(like, differences);
      for (const difference of differences) note(found, difference, proxy.id);
    }
    for (const difference of streamRequests(sides, change)) note(found, difference, proxy.id);
  }
  const routed = [...found.values()].map(({ proxies, ...rest }) => ({ from: senders([...proxies]), ...rest }));
  return [...routed, ...serverRequests(sides, changes)];
}

export type Sides = readonly [base: AskedMesh, head: AskedMesh];

/** The ends of a request on both sides, where they differ. */
export function differenceOf([before, after]: Sides, asked: Asked): { base: End; head: End } | undefined {
  const first = ask(before, asked);
  const second = first && ask(after, asked);
  if (!second) return undefined;
  const [base, head] = [endOf(first), endOf(second)];
  return base.key === head.key ? undefined : { base, head };
}

function differencesAt(sides: Sides, changedHost: ChangedHost, { proxy }: EffectiveChange) {
  const shown = new Map<string, Omit<ReviewedRequest, 'from'>>();
  const { host, authority, entrance, matches, needsTls } = changedHost;
  const { port, tls, address } = entrance;
  const made = boundaryRequests(matches, mostAsked);
  const secure = made.map((it) => ({ ...it, headers: [...it.headers, 'x-forwarded-proto: https'] }));
  for (const one of needsTls ? [...made, ...secure] : made) {
    const request = one.authority === undefined && authority !== undefined ? { ...one, authority } : one;
    const difference = differenceOf(sides, { proxy, host, port, tls, address, request });
    if (!difference) continue;
    const words = bothInWords(difference.base, difference.head);
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

function note(found: Map<string, Difference>, difference: Omit<ReviewedRequest, 'from'>, proxy: string): void {
  const key = JSON.stringify(difference);
  const known = found.get(key) ?? { ...difference, proxies: new Set() };
  found.set(key, known);
  known.proxies.add(proxy);
}

/** Redirects to several places are of one kind. */
function kindOf({ base, head }: { base: string; head: string }): string {
  return `${base} ${head}`.replaceAll(/ to https?:\S+/g, ' to another place');
}
