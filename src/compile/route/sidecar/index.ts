import type { RouteConfiguration, VirtualHost } from '../../../model/envoy.ts';
import { inherit } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { EgressListener, Registry, SidecarScope } from '../../../registry/types.ts';
import { catchAllVirtualHost } from '../catch-all.ts';
import { emptyRouteConfiguration, routeConfiguration } from '../configuration.ts';
import { outboundVirtualHosts } from './virtual-hosts.ts';

/**
 * The outbound route configuration that a sidecar's listener asks for by `name` (istiod's
 * `buildSidecarOutboundHTTPRouteConfig`): a port (`8080`), a service's port that is sniffed (`host:8080`),
 * `http_proxy`, or a unix socket's address.
 */
export function sidecarRouteConfiguration(proxy: Proxy, registry: Registry, name: string): RouteConfiguration {
  const unix = name.startsWith('unix:');
  const colon = name.indexOf(':');
  const sniffed = !unix && colon >= 0;
  const text = unix ? '' : name.slice(colon + 1);
  const port = /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  if (port === undefined && name !== 'http_proxy' && !unix) return emptyRouteConfiguration(name);

  const scope = registry.sidecarScope(proxy);
  const hosts = virtualHosts(proxy, registry, scope, name, port ?? 0);
  if (sniffed) return routeConfiguration(name, sorted(ofSniffedPort(hosts, name)), true);
  return routeConfiguration(name, [...sorted(hosts), catchAllVirtualHost(proxy, scope)], true);
}

function virtualHosts(
  proxy: Proxy,
  registry: Registry,
  scope: SidecarScope,
  name: string,
  port: number,
): VirtualHost[] {
  const egress = egressListener(scope, port, name);
  if (!egress) return [];
  const listenerPort = egress.port?.protocol === 'HTTP_PROXY' ? 0 : port;
  return outboundVirtualHosts(proxy, registry, scope, egress, listenerPort);
}

/** The egress listener with the port (a unix socket: with the address), else the one for all ports (istiod's `GetEgressListenerForRDS`). */
function egressListener(scope: SidecarScope, port: number, name: string): EgressListener | undefined {
  return scope.egressListeners.find((listener) => {
    if (!listener.port) return true;
    return listener.port.number === port && (port !== 0 || listener.bind === name);
  });
}

/** The virtual host of the service that a sniffed port belongs to; alone on its listener, it takes every request. */
function ofSniffedPort(hosts: VirtualHost[], name: string): VirtualHost[] {
  const host = name.slice(0, name.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
  const found = hosts.filter((item) => item.domains.some((domain) => domain === name || domain === host));
  if (found.length !== 1) return found;
  const [only] = found as [VirtualHost];
  return [inherit({ ...only, domains: ['*'] }, only)];
}

function sorted(hosts: VirtualHost[]): VirtualHost[] {
  return [...hosts].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
