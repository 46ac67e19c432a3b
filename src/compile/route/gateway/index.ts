import type { Route, RouteConfiguration, VirtualHost } from '../../../model/envoy.ts';
import { isObject } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';
import { type MergedGateway, mergedGateway } from '../../gateway/merged-gateway.ts';
import type { GatewayServer } from '../../gateway/server.ts';
import { proxyHeaders } from '../../http/proxy-headers.ts';
import { idOf } from '../../identity.ts';
import { emptyRouteConfiguration, routeConfiguration } from '../configuration.ts';
import { isCatchAll } from '../http/match.ts';
import { domainName } from '../names.ts';
import { statefulSessionOverride } from '../stateful-session.ts';
import { type BoundRoutes, boundRoutes } from './bound-routes.ts';
import { collapseVirtualHosts } from './collapse.ts';

/**
 * The route configuration that a gateway's listener asks for by `name` (istiod's `buildGatewayHTTPRouteConfig`):
 * `http.8080` with the virtual hosts of all plain HTTP servers of a port, or `https.443.name.gateway.namespace` with those
 * of one server.
 */
export function gatewayRouteConfiguration(proxy: Proxy, registry: Registry, name: string): RouteConfiguration {
  const merged = mergedGateway(proxy, registry);
  const servers = merged?.serversByRouteName.get(name);
  if (!merged || !servers) return emptyRouteConfiguration(name);
  const { includeRequestAttemptCount, xForwardedHost, source } = proxyHeaders(proxy, 'gateway');
  const key = [name, includeRequestAttemptCount, xForwardedHost, isObject(source) ? idOf(source) : 0].join(' ');
  const configurations = known.get(merged) ?? new Map<string, RouteConfiguration>();
  known.set(merged, configurations);
  const found = configurations.get(key) ?? compile(proxy, registry, merged, servers, name);
  configurations.set(key, found);
  return found;
}

/** Replicas of a gateway share the merged Gateway, and with it the routes. */
const known = new WeakMap<MergedGateway, Map<string, RouteConfiguration>>();

function compile(
  proxy: Proxy,
  registry: Registry,
  merged: MergedGateway,
  servers: GatewayServer[],
  name: string,
): RouteConfiguration {
  const hosts = new HostTable(proxy, registry);
  const routes = new Map<string, Route[]>();
  for (const server of servers) addServer(server, merged, routes, hosts);

  let virtualHosts = collapseVirtualHosts(hosts.all(), registry);
  if (virtualHosts.length === 0) virtualHosts = [blackHole(servers[0] as GatewayServer)];
  const out = routeConfiguration(name, virtualHosts, true);
  return derive(out, ...servers.map((server) => server.config));
}

function addServer(server: GatewayServer, merged: MergedGateway, known: Map<string, Route[]>, hosts: HostTable): void {
  const { proxy, registry } = hosts;
  const http3 = merged.http3Routes.has(server.routeName);
  for (const bound of boundRoutes(server, proxy, registry, http3, known)) hosts.add(server, bound);
  if (server.tls?.['httpsRedirect'] !== true) return;
  for (const [index, host] of server.hosts.entries()) hosts.redirect(server, host.toLowerCase(), index);
}

/** The virtual hosts of one route configuration by domain; a host that several VirtualServices have gets all their routes. */
class HostTable {
  readonly proxy: Proxy;
  readonly registry: Registry;
  readonly #hosts = new Map<string, VirtualHost>();
  readonly #origins = new Map<string, { host: Source[]; routes: Source[] }>();

  constructor(proxy: Proxy, registry: Registry) {
    this.proxy = proxy;
    this.registry = registry;
  }

  add(server: GatewayServer, bound: BoundRoutes): void {
    const https = server.tls?.['httpsRedirect'] === true;
    for (const { host, origins } of bound.hosts) {
      const known = this.#hosts.get(host);
      if (known) known.routes?.push(...bound.routes);
      else {
        const created = this.#create(host, server, [...bound.routes]);
        const session = statefulSessionOverride(this.registry, bound.service(host));
        if (session) created['typed_per_filter_config'] = session;
      }
      this.#trace(host, origins, bound.routesOrigins);
      if (https) this.#requireTls(host, server);
    }
  }

  /** A server that only redirects to HTTPS has a virtual host for each of its hosts, with routes or without. */
  redirect(server: GatewayServer, host: string, index: number): void {
    if (!this.#hosts.has(host)) this.#create(host, server, []);
    this.#trace(host, [[server.config, 'hosts', index]], []);
    this.#requireTls(host, server);
  }

  /** Sorted by name, each with its catch-all routes last. */
  all(): VirtualHost[] {
    for (const [host, virtualHost] of this.#hosts) {
      const origins = this.#origins.get(host);
      derive(virtualHost, ...(origins?.host ?? []));
      deriveField(virtualHost, 'routes', ...(origins?.routes ?? []));
      const routes = virtualHost.routes ?? [];
      virtualHost.routes = [...routes.filter((route) => !isCatchAll(route)), ...routes.filter(isCatchAll)];
    }
    return [...this.#hosts.values()];
  }

  #create(host: string, server: GatewayServer, routes: Route[]): VirtualHost {
    const headers = proxyHeaders(this.proxy, 'gateway');
    const created: VirtualHost = {
      name: domainName(host, server.port.number),
      domains: [host],
      routes,
      include_request_attempt_count: headers.includeRequestAttemptCount,
    };
    deriveField(created, 'include_request_attempt_count', headers.source);
    this.#hosts.set(host, created);
    return created;
  }

  #trace(host: string, ofHost: Source[], ofRoutes: Source[]): void {
    const known = this.#origins.get(host) ?? { host: [], routes: [] };
    this.#origins.set(host, { host: [...known.host, ...ofHost], routes: [...known.routes, ...ofRoutes] });
  }

  #requireTls(host: string, server: GatewayServer): void {
    const virtualHost = this.#hosts.get(host);
    if (!virtualHost) return;
    virtualHost['require_tls'] = 'ALL';
    deriveField(virtualHost, 'require_tls', [server.config, 'tls', 'httpsRedirect']);
  }
}

/** Without any route the port answers 404. */
function blackHole(server: GatewayServer): VirtualHost {
  return { name: domainName('blackhole', server.port.number), domains: ['*'], routes: [] };
}
