import { trustsForwarded } from '../../explain/http/forwarded.ts';
import { virtualHostIndex } from '../../explain/http/virtual-host.ts';
import type { Message, ProxyConfig, Route, RouteConfiguration, VirtualHost } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { idleHosts } from '../../rules/holders.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { underDomain } from './boundary/authority.ts';
import { filterMatches } from './boundary/filter-matches.ts';
import type { MatchSides } from './boundary/index.ts';
import { asksForScheme } from './boundary/scheme.ts';
import { digestOf } from './digest.ts';
import type { EffectiveChange } from './effective-changes.ts';
import { type RouteEntrance, routeEntrance } from './route-entrances.ts';

/** An authority of which the requests may be treated differently, with the matches of both sides. */
export interface ChangedHost {
  /** Host of the URL. */
  host: string;
  /** Where the header Host is another than the URL says. */
  authority?: string;
  entrance: RouteEntrance;
  matches: MatchSides;
  /** What changes in the clusters that its routes lead to. */
  clusters: string;
  /** The schemes that a request can have here and a side looks at: the connection's first, another by x-forwarded-proto. */
  schemes: string[];
}

/** The authorities of a proxy's outbound routes that a change touches: one for each pair of a former and a new virtual host. */
export function changedHosts(base: CompiledMesh, head: CompiledMesh, change: EffectiveChange): ChangedHost[] {
  const { proxy, former, differences } = change;
  const [before, after] = [base.config(former), head.config(proxy)];
  const idle = new Set([...idleHosts(base, former), ...idleHosts(head, proxy)]);
  const touched = (type: string): Set<string> =>
    new Set(differences.filter((it) => it.type === type).map(({ name }) => name));
  const clusters = new Set([...touched('cluster'), ...touched('endpoint')]);
  const [olds, news] = [byName(before), byName(after)];
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((name) => {
    const [then, now] = [routeEntrance(name, before), routeEntrance(name, after)];
    const entrance = now ?? then;
    if (!entrance) return [];
    const [old, current] = [olds.get(name), news.get(name)];
    const managers = [then?.manager, now?.manager];
    const filters = filtersOf(managers[0]) === filtersOf(managers[1]) ? undefined : filterMatches(managers);
    return pairsOf(old, current, entrance, proxy.type === 'router', idle).flatMap(
      ({ first, second, domains, ...named }) => {
        const matches = changedMatches(first, second, clusters, filters);
        if (!matches) return [];
        const schemes = schemesOf([first, second], entrance);
        const led = new Set([...(first?.routes ?? []), ...(second?.routes ?? [])].flatMap(leadsTo));
        const ofClusters = differences.filter(({ type, name: own }) => led.has(own) && type !== 'route');
        const within = { ...matches, domains: [...domains].flatMap(underDomain) };
        return [{ ...named, entrance, matches: within, clusters: digestOf([first, second, ofClusters]), schemes }];
      },
    );
  });
}

function schemesOf(hosts: readonly (VirtualHost | undefined)[], { tls, manager = {} }: RouteEntrance): string[] {
  const [own, other] = tls ? ['https', 'http'] : (['http', 'https'] as const);
  const looks = hosts.some((it) => it?.['require_tls'] || it?.routes?.some(({ match }) => asksForScheme(match)));
  return looks && trustsForwarded(manager) ? [own, other] : [own];
}

function byName({ routes }: ProxyConfig): Map<string, RouteConfiguration> {
  return new Map(routes.map((it) => [it.name, it]));
}

/** All that a connection manager says but the name of its routes. */
function filtersOf(manager: Message | undefined): string {
  return JSON.stringify({ ...manager, rds: undefined });
}

interface HostPair {
  host: string;
  authority?: string;
  first?: VirtualHost;
  second?: VirtualHost;
  /** Domains under which there is such an authority. */
  domains: Set<string>;
}

/** Each pair of virtual hosts that one authority chooses on the two sides, with an authority that does. */
function pairsOf(
  old: RouteConfiguration | undefined,
  current: RouteConfiguration | undefined,
  { port, tls }: RouteEntrance,
  gateway: boolean,
  idle: ReadonlySet<VirtualHost>,
): HostPair[] {
  const found = new Map<string, HostPair>();
  const [before, after] = [old, current].map((it) => (it ? virtualHostIndex(it) : () => undefined));
  const usual = (host: string): string => ((gateway && !tls) || port === (tls ? 443 : 80) ? host : `${host}:${port}`);
  for (const virtualHost of [...(current?.virtual_hosts ?? []), ...(old?.virtual_hosts ?? [])])
    for (const domain of virtualHost.domains) {
      if (typeof domain !== 'string') continue;
      for (const { host, sent } of authoritiesOf(domain, usual)) {
        const [left, right] = [before?.(sent), after?.(sent)];
        const [first, second] = [old?.virtual_hosts?.[left ?? -1], current?.virtual_hosts?.[right ?? -1]];
        if ((!first && !second) || (first && idle.has(first)) || (second && idle.has(second))) continue;
        const key = `${left} ${right}`;
        const authority = sent === usual(host) ? {} : { authority: sent };
        const pair = found.get(key) ?? { host, ...authority, first, second, domains: new Set() };
        found.set(key, pair);
        pair.domains.add(domain);
      }
    }
  return [...found.values()];
}

/** Names that a domain stands for: several, as one may be taken by a more specific domain. With and without the port. */
function authoritiesOf(domain: string, usual: (host: string) => string): { host: string; sent: string }[] {
  const [, name = '', port = ''] = /^(.*?)((?::(?:\d+|\*))?)$/.exec(domain) ?? [];
  const stars = ['any', 'x7', 'other.any'];
  const hosts = name === '*' ? ['any.example', 'any.test', 'x7'] : stars.map((star) => name.replace(/^\*|\*$/, star));
  return [...new Set(hosts)].flatMap((host) =>
    [...new Set([usual(host), host, `${host}${port.replace('*', '80')}`])].map((sent) => ({ host, sent })),
  );
}

function changedMatches(
  first: VirtualHost | undefined,
  second: VirtualHost | undefined,
  clusters: ReadonlySet<string>,
  filters: readonly Message[] | undefined,
): MatchSides | undefined {
  const [old, current] = [first?.routes ?? [], second?.routes ?? []];
  const everywhere = filters !== undefined || settingsOf(first) !== settingsOf(second);
  const [lost, come] = everywhere ? [old, current] : middles(old, current);
  const led = [...current, ...old].filter((route) => leadsTo(route).some((it) => clusters.has(it)));
  const changed = new Set([...come, ...lost, ...led]);
  if (changed.size === 0 && !everywhere) return undefined;
  return {
    base: old.map(({ match }) => match),
    head: current.map(({ match }) => match),
    changed: [...changed].map(({ match }) => match),
    filters,
  };
}

/** What two lists have between their common beginning and their common end: only a request for these can differ. */
function middles(old: readonly Route[], current: readonly Route[]): [Route[], Route[]] {
  const [a, b] = [old.map(textOf), current.map(textOf)];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [old.slice(start, old.length - end), current.slice(start, current.length - end)];
}

function textOf(route: Route): string {
  return JSON.stringify(route);
}

function settingsOf(host: VirtualHost | undefined): string {
  return host === undefined ? '' : JSON.stringify({ ...host, name: '', domains: [], routes: [] });
}

function leadsTo(route: Route): string[] {
  const action = route['route'];
  if (!isObject(action)) return [];
  const weighted = isObject(action['weighted_clusters']) ? action['weighted_clusters']['clusters'] : undefined;
  const names = Array.isArray(weighted) ? weighted.map((it) => String(it.name)) : [];
  return typeof action['cluster'] === 'string' ? [action['cluster'], ...names] : names;
}
