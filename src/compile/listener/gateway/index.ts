import type { Listener } from '../../../model/envoy.ts';
import type { Proxy } from '../../../model/proxy.ts';
import { parseProtocol } from '../../../registry/protocol.ts';
import type { Registry } from '../../../registry/types.ts';
import { type MergedServers, mergedGateway } from '../../gateway/merged-gateway.ts';
import { type GatewayServer, isHttpServer, isPlainHttp } from '../../gateway/server.ts';
import { nodeFlag } from '../../node-metadata.ts';
import { authorizationFilters } from '../../security/index.ts';
import { wildcards } from '../bind.ts';
import type { OutboundContext } from '../outbound/context.ts';
import { networkExtensions } from '../outbound/network-extensions.ts';
import { type GatewayChain, gatewayChain, serverContext, sniHosts } from './chains.ts';
import { gatewayConnectionManager } from './connection-manager.ts';
import { type TakenHosts, tcpChains } from './tcp-chains.ts';
import { type GatewayListener, writeGatewayListener } from './write-listener.ts';

/**
 * Compiles the listeners of a gateway (istiod's `buildGatewayListeners`): one for each port and bind address of the
 * Gateways that select it; one without any chain is left out.
 */
export function compileGatewayListeners(proxy: Proxy, registry: Registry): Listener[] {
  const gateway = mergedGateway(proxy, registry);
  if (!gateway) return [];
  const context: OutboundContext = {
    proxy,
    registry,
    scope: registry.sidecarScope(proxy),
    wildcards: wildcards(proxy),
    class: 'gateway',
    policies: authorizationFilters(proxy, registry, 'tcp'),
  };
  const listeners = new Map<string, GatewayListener>();
  const takenByPort = new Map<number, TakenHosts>();
  for (const [entries, quic] of [
    [gateway.ports, false],
    [gateway.quicPorts, true],
  ] as const) {
    for (const servers of entries) {
      // Below 1024 only a privileged process may listen.
      if (servers.port < 1024 && nodeFlag(proxy, 'UNPRIVILEGED_POD')) continue;
      const draft = emptyListener(context, servers, quic);
      const taken = takenByPort.get(servers.port) ?? new Map();
      takenByPort.set(servers.port, taken);
      const chains = chainsOf(context, servers, draft, taken);
      const known = listeners.get(draft.name);
      if (known) known.chains.push(...chains);
      else listeners.set(draft.name, { ...draft, chains });
    }
  }
  return [...listeners.values()]
    .filter((draft) => draft.chains.length > 0)
    .map((draft) => writeGatewayListener(context, draft));
}

function emptyListener(context: OutboundContext, { bind, port }: MergedServers, quic: boolean): GatewayListener {
  const dualStack = context.registry.environment.flag('ISTIO_DUAL_STACK', false);
  const addresses = bind !== '' ? [bind] : dualStack ? context.wildcards : context.wildcards.slice(0, 1);
  return { name: `${quic ? 'udp_' : ''}${addresses[0]}_${port}`, addresses, port, quic, chains: [] };
}

/** istiod's `buildGatewayTCPBasedFilterChains` and `buildGatewayHTTP3FilterChains` */
function chainsOf(
  context: OutboundContext,
  merged: MergedServers,
  listener: GatewayListener,
  taken: TakenHosts,
): GatewayChain[] {
  const [first] = merged.servers;
  if (!first) return [];
  if (!listener.quic && isPlainHttp(parseProtocol(merged.protocol))) {
    const chain = httpChain(context, first, merged.routeName, listener);
    return [{ ...chain, sources: merged.servers.map((server) => server.config) }];
  }
  return merged.servers.flatMap((server) =>
    isHttpServer(server) ? [httpChain(context, server, server.routeName, listener)] : tcpChains(context, server, taken),
  );
}

function httpChain(
  context: OutboundContext,
  server: GatewayServer,
  routeName: string,
  { name, port, quic }: GatewayListener,
): GatewayChain {
  const terminates = !isPlainHttp(server.protocol);
  const http = { server, routeName, statPrefix: `outbound_${name}`, port, http3: quic };
  const filters = [
    ...(quic ? [] : networkExtensions(context, port)),
    gatewayConnectionManager(context.proxy, context.registry, http),
  ];
  const tls = terminates ? serverContext(context, server, quic) : undefined;
  return gatewayChain(filters, [server.config], tls ? { sniHosts: sniHosts(server), tls } : {});
}
