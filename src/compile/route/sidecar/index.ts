import type { RouteConfiguration, VirtualHost } from '../../../model/envoy.ts';
import { inherit } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry, SidecarScope } from '../../../registry/types.ts';
import { catchAllVirtualHost } from '../catch-all.ts';
import { emptyRouteConfiguration, routeConfiguration } from '../configuration.ts';
import { egressListenerFor } from './egress-listener.ts';
import { proxyInputs } from './inputs.ts';
import { sharedBetweenProxies } from './shared.ts';
import { outboundVirtualHosts } from './virtual-hosts.ts';

/**
 * The outbound route configuration that a sidecar's listener asks for by `name` (istiod's
 * `buildSidecarOutboundHTTPRouteConfig`): a port (`8080`), a service's port that is sniffed (`host:8080`),
 * `http_proxy`, or a unix socket's address. Proxies with equal inputs get one and the same object.
 */
export function sidecarRouteConfiguration(
  proxy: Proxy,
  registry: Registry,
  scope: SidecarScope,
  name: string,
): RouteConfiguration {
  const unix = name.startsWith('unix:');
  const colon = name.indexOf(':');
  const sniffed = !unix && colon >= 0;
  const text = unix ? '' : name.slice(colon + 1);
  const port = /^[+-]?\d+$/.test(text) ? Number(text) : 0;
  if (port === 0 && name !== 'http_proxy' && !unix) return emptyRouteConfiguration(name);

  const egress = egressListenerFor(scope, port, name);
  if (!egress) return emptyRouteConfiguration(name);
  const listenerPort = egress.port?.protocol === 'HTTP_PROXY' ? 0 : port;
  const inputs = proxyInputs(proxy, registry, scope, egress, listenerPort, name);
  const shared = sharedBetweenProxies(proxy, registry, scope, egress, inputs);
  const hosts = (): VirtualHost[] =>
    shared(`${scope.egressListeners.indexOf(egress)} ${listenerPort}`, () =>
      sorted(outboundVirtualHosts(proxy, registry, scope, egress, listenerPort, inputs)),
    );
  return shared(name, () =>
    sniffed
      ? routeConfiguration(name, ofSniffedPort(hosts(), name), true)
      : routeConfiguration(name, [...hosts(), catchAllVirtualHost(registry, scope, inputs)], true),
  );
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
