import type { ReviewedRequest } from '../../model/review.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { askedMesh, connectsTo } from './ask.ts';
import { boundaryRequests } from './boundary/index.ts';
import { withScheme } from './boundary/scheme.ts';
import { type ChangedHost, changedHosts } from './changed-hosts.ts';
import { writtenOf } from './curl.ts';
import { digestOf } from './digest.ts';
import type { EffectiveChange } from './effective-changes.ts';
import { isInbound, serverRequests } from './server-requests.ts';
import { type DifferentRequest, differenceOf, endOfAsked, type MeshSides, type Told } from './sides.ts';
import { streamRequests } from './stream-requests.ts';

/** Beyond so many requests for one virtual host no more are made. */
const mostAsked = 3000;
const mostOnTheWay = 60;

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
  const all = found.map(({ proxies, ...told }) => ({ from: senders(proxies), ...told }));
  // The same may be found at the client and at the server.
  const distinct = new Map(all.map((it) => [JSON.stringify([it.curl, it.base, it.head, it.from === nobody]), it]));
  return [...distinct.values()].sort((a, b) => rank(a) - rank(b));
}

/** The same with all who send them. */
export function differences(sides: MeshSides, changes: readonly EffectiveChange[]): DifferentRequest[] {
  const found = new Map<string, { told: Told; proxies: Set<string> }>();
  const note = (told: Told, proxy: string): void => {
    const key = JSON.stringify(told);
    const known = found.get(key) ?? { told, proxies: new Set() };
    found.set(key, known);
    known.proxies.add(proxy);
  };
  // Proxies with equal routes to equal clusters give equal answers.
  const known = sides.memory ?? new Map<string, Told[]>();
  const servers = digestOf(
    changes.flatMap(({ proxy, differences }) => differences.filter(isInbound).map((it) => [proxy.id, it])),
  );
  for (const change of changes) {
    const { proxy } = change;
    for (const host of changedHosts(sides.base.compiled, sides.head.compiled, change)) {
      const { host: name, authority, entrance, clusters } = host;
      const like = digestOf([
        name,
        authority,
        entrance,
        clusters,
        servers,
        proxy.type,
        proxy.namespace,
        proxy.serviceAccount,
      ]);
      const told = known.get(like) ?? differencesAt(sides, host, change);
      known.set(like, told);
      for (const it of told) note(it, proxy.id);
    }
    for (const it of streamRequests(sides, change)) note(it, proxy.id);
  }
  const routed = [...found.values()].map(({ told, proxies }) => ({ proxies: [...proxies], ...told }));
  return [...routed, ...serverRequests(sides, changes)];
}

const nobody = 'a pod without a sidecar';

/** What the change breaks is told first, then what else fails after it. */
function rank({ breaks, head }: ReviewedRequest): number {
  if (breaks) return 0;
  return /^(?:[45]\d\d|closed|refused|tls-failed)/.test(head) ? 1 : 2;
}

function senders([first, ...others]: readonly string[]): string {
  if (first === undefined) return nobody;
  return others.length > 0 ? `${first} and ${others.length} more` : first;
}

function differencesAt(sides: MeshSides, changedHost: ChangedHost, { proxy }: EffectiveChange) {
  const shown = new Map<string, Told>();
  const { host, authority, entrance, matches, schemes } = changedHost;
  const { port, tls, address } = entrance;
  const made = schemes.flatMap((scheme, index) => {
    const those = boundaryRequests(withScheme(matches, scheme), sides.end ? mostOnTheWay : mostAsked);
    if (index === 0) return those;
    return those.map((it) => ({ ...it, headers: [...it.headers, `x-forwarded-proto: ${scheme}`] }));
  });
  for (const one of made) {
    const request = one.authority === undefined && authority !== undefined ? { ...one, authority } : one;
    const asked = { proxy, host, port, tls, address, request };
    const words = differenceOf(sides, (side) => endOfAsked(side, asked));
    if (!words) continue;
    // One witness for each kind of difference on a host.
    const kind = kindOf(words);
    if (shown.has(kind)) continue;
    const gateway = proxy.type === 'router';
    const target = { host, port, tls, gateway, address: connectsTo(sides.head, asked) };
    shown.set(kind, { ...writtenOf(target, request), ...words });
  }
  return [...shown.values()];
}

/** Redirects to several places are of one kind. */
function kindOf({ base, head }: { base: string; head: string }): string {
  return `${base} ${head}`.replaceAll(/ to https?:\S+/g, ' to another place');
}
