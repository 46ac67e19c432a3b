import type { Message, ProxyConfig, Route, RouteConfiguration, VirtualHost } from '../model/envoy.ts';
import { isObject, type Path } from '../model/json.ts';

/** A place of a compiled config that names a cluster. */
export interface ClusterReference {
  cluster: string;
  /** The message that `path` starts from. */
  root: object;
  path: Path;
  /** The route that names it; undefined for a TCP chain. */
  route?: Route;
  virtualHost?: VirtualHost;
  /** A mirror gets copies: that it fails hurts no request. */
  mirror: boolean;
}

const known = new WeakMap<object, ClusterReference[]>();

/** Every place of a proxy's routes and listeners that names a cluster. Shared messages are read once. */
export function clusterReferences(config: ProxyConfig): ClusterReference[] {
  return [
    ...config.routes.flatMap((it) => once(it, () => ofRoutes(it))),
    ...config.listeners.flatMap((it) => once(it, () => ofListener(it))),
  ];
}

function once(key: object, read: () => ClusterReference[]): ClusterReference[] {
  const found = known.get(key) ?? read();
  known.set(key, found);
  return found;
}

function ofRoutes(configuration: RouteConfiguration): ClusterReference[] {
  return (configuration.virtual_hosts ?? []).flatMap((host) =>
    (host.routes ?? []).flatMap((route) => {
      const action = route['route'];
      if (!isObject(action)) return [];
      const mirrors = (action['request_mirror_policies'] ?? []) as Message[];
      return [
        ...targets(action, route, host, ['route']),
        ...mirrors.flatMap((mirror, index) =>
          text(mirror['cluster']).map((cluster) => ({
            cluster,
            root: route,
            path: ['route', 'request_mirror_policies', index, 'cluster'],
            route,
            virtualHost: host,
            mirror: true,
          })),
        ),
      ];
    }),
  );
}

function targets(action: Message, route: Route, virtualHost: VirtualHost, path: Path): ClusterReference[] {
  const single = text(action['cluster']).map((cluster) => ({
    cluster,
    root: route,
    path: [...path, 'cluster'],
    route,
    virtualHost,
    mirror: false,
  }));
  const shares = (action['weighted_clusters']?.clusters ?? []) as Message[];
  return [
    ...single,
    ...shares.flatMap((share, index) =>
      text(share['name']).map((cluster) => ({
        cluster,
        root: route,
        path: [...path, 'weighted_clusters', 'clusters', index, 'name'],
        route,
        virtualHost,
        mirror: false,
      })),
    ),
  ];
}

/** TCP proxies, and the routes that stand in a listener itself. */
function ofListener(listener: object): ClusterReference[] {
  const found: ClusterReference[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...path, index]);
    if (!isObject(value)) return;
    if (String(value['@type'] ?? '').endsWith('tcp_proxy.v3.TcpProxy')) {
      for (const cluster of text(value['cluster']))
        found.push({ cluster, root: listener, path: [...path, 'cluster'], mirror: false });
      const shares = isObject(value['weighted_clusters']) ? value['weighted_clusters']['clusters'] : undefined;
      for (const [index, share] of (Array.isArray(shares) ? shares : []).entries())
        for (const cluster of text(share.name))
          found.push({
            cluster,
            root: listener,
            path: [...path, 'weighted_clusters', 'clusters', index, 'name'],
            mirror: false,
          });
      return;
    }
    for (const [key, item] of Object.entries(value)) if (typeof item === 'object') visit(item, [...path, key]);
  };
  visit(listener, []);
  return found;
}

function text(value: unknown): string[] {
  return typeof value === 'string' ? [value] : [];
}
