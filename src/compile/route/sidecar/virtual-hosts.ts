import type { VirtualHost } from '../../../model/envoy.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { EgressListener, Registry, SidecarScope } from '../../../registry/types.ts';
import { hostGroups, type OutboundContext } from './host-group.ts';
import type { ProxyInputs } from './inputs.ts';
import { reachableServices } from './reachable-service.ts';
import { VirtualHostBuilder } from './virtual-host-builder.ts';
import { selectVirtualServices } from './virtual-service-hosts.ts';

/**
 * All virtual hosts of an outbound listener port, unsorted (istiod's `BuildSidecarOutboundVirtualHosts`).
 *
 * @param listenerPort 0 for an HTTP proxy port or a unix socket: then every port of every service counts
 */
export function outboundVirtualHosts(
  proxy: Proxy,
  registry: Registry,
  scope: SidecarScope,
  egress: EgressListener,
  listenerPort: number,
  inputs: ProxyInputs,
): VirtualHost[] {
  const services = reachableServices(egress, listenerPort);
  const context: OutboundContext = { registry, proxy, scope, egress, listenerPort, services, inputs };
  // On port 80 also VirtualServices count whose hosts are no services at all.
  const virtualServices =
    listenerPort === 80 ? egress.virtualServices : selectVirtualServices(egress.virtualServices, services);
  const byPort = new VirtualHostBuilder(context, hostGroups(virtualServices, context)).build();
  return listenerPort === 0 ? [...byPort.values()].flat() : (byPort.get(listenerPort) ?? []);
}
