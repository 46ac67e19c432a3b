import type { Message, ProxyConfig, Route, RouteConfiguration, VirtualHost } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import { idleHosts } from '../../rules/holders.ts';
import type { CompiledMesh } from '../../rules/types.ts';

/** A virtual host that a change touches, with the routes of both sides. */
export interface ChangedHost {
  domain: string;
  /** That the proxy listens on. */
  port: number;
  /** Whether the proxy ends TLS before it looks at the routes. */
  tls: boolean;
  routes: Route[];
}

/** The virtual hosts of a proxy of which the routes differ, or a cluster that a route leads to. */
export function changedHosts(base: CompiledMesh, former: Proxy, head: CompiledMesh, proxy: Proxy): ChangedHost[] {
  const [before, after] = [base.config(former), head.config(proxy)];
  const idle = new Set([...idleHosts(base, former), ...idleHosts(head, proxy)]);
  const clusters = changedClusters(before, after);
  const byName = (config: ProxyConfig): Map<string, RouteConfiguration> =>
    new Map(config.routes.map((it) => [it.name, it]));
  const [olds, news] = [byName(before), byName(after)];
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((name) => {
    const tls = name.startsWith('https.');
    const port = tls
      ? (listenerOf(name, after) ?? listenerOf(name, before))
      : Number(/(?:^|http\.|:)(\d+)$/.exec(name)?.[1]);
    if (port === undefined || Number.isNaN(port) || name.startsWith('inbound')) return [];
    const [old, current] = [byDomain(olds.get(name), idle), byDomain(news.get(name), idle)];
    return [...new Set([...old.keys(), ...current.keys()])].flatMap((domain) => {
      const [first, second] = [old.get(domain)?.routes ?? [], current.get(domain)?.routes ?? []];
      const leadsElsewhere = [...first, ...second].some((route) => leadsTo(route).some((it) => clusters.has(it)));
      if (!leadsElsewhere && JSON.stringify(first) === JSON.stringify(second)) return [];
      return [{ domain, port, tls, routes: [...second, ...first] }];
    });
  });
}

/** The port of the listener that asks for a route configuration: a gateway's server of HTTPS has one of its own. */
function listenerOf(routes: string, { listeners }: ProxyConfig): number | undefined {
  const asks = (chain: Message): boolean =>
    ((chain['filters'] ?? []) as Message[]).some((it) => it['typed_config']?.rds?.route_config_name === routes);
  const found = listeners.find(({ filter_chains: chains }) => (chains ?? []).some(asks));
  const port = found?.['address']?.socket_address?.port_value;
  return typeof port === 'number' ? port : undefined;
}

/** Names of clusters that only one side has, or that differ. */
function changedClusters(before: ProxyConfig, after: ProxyConfig): Set<string> {
  const texts = (config: ProxyConfig): Map<string, string> =>
    new Map(config.clusters.map((cluster) => [cluster.name, JSON.stringify(cluster)]));
  const [old, current] = [texts(before), texts(after)];
  return new Set([...old.keys(), ...current.keys()].filter((name) => old.get(name) !== current.get(name)));
}

function leadsTo(route: Route): string[] {
  const action = route['route'];
  if (!isObject(action)) return [];
  const weighted = isObject(action['weighted_clusters']) ? action['weighted_clusters']['clusters'] : undefined;
  const names = Array.isArray(weighted) ? weighted.map((it) => String(it.name)) : [];
  return typeof action['cluster'] === 'string' ? [action['cluster'], ...names] : names;
}

/** By the first domain, which names the host in full; of a wildcard a name that it covers. */
function byDomain(
  configuration: RouteConfiguration | undefined,
  idle: ReadonlySet<VirtualHost>,
): Map<string, VirtualHost> {
  const hosts = (configuration?.virtual_hosts ?? []).filter((host) => !idle.has(host));
  return new Map(
    hosts.flatMap((host) => {
      const [domain] = host.domains;
      if (typeof domain !== 'string') return [];
      return [
        [
          domain
            .replace(/:(?:\d+|\*)$/, '')
            .replace(/^\*$/, 'any.example')
            .replace(/^\*/, 'any'),
          host,
        ] as const,
      ];
    }),
  );
}
