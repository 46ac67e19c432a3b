import type { FilterChain, Listener, Message } from '../../../model/envoy.ts';
import { isObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { listenerAccessLog } from '../../http/access-log.ts';
import { connectionSettings } from '../../http/connection-settings.ts';
import { any, extension } from '../../http/typed-config.ts';
import { nodeFlag } from '../../node-metadata.ts';
import { tlsTransportSocket } from '../../security/downstream-tls.ts';
import { additionalAddresses, address } from '../address.ts';
import { maxConnectionsPerEvent, tlsInspector, transportSocketTimeout } from '../defaults.ts';
import type { OutboundContext } from '../outbound/context.ts';
import { filterChainMatch, isMatchAll } from '../outbound/filter-chain-match.ts';
import type { GatewayChain } from './chains.ts';

/** One listener of a gateway: all the chains of a port and address. */
export interface GatewayListener {
  name: string;
  addresses: string[];
  port: number;
  quic: boolean;
  chains: GatewayChain[];
}

/** Writes a gateway's listener (istiod's `buildGatewayListener`). */
export function writeGatewayListener(context: OutboundContext, draft: GatewayListener): Listener {
  const { proxy, registry } = context;
  const [bind = ''] = draft.addresses;
  const listener: Listener = { name: draft.name, address: socketAddress(bind, draft) };
  derive(listener, ...draft.chains.flatMap((chain) => chain.sources));
  const extra = additionalAddresses(draft.addresses, draft.port);
  if (extra) listener['additional_addresses'] = extra;
  listener.filter_chains = draft.chains.map((chain) => writeChain(context, chain, draft.quic));
  const filters = listenerFilters(context, draft);
  if (filters.length > 0) listener['listener_filters'] = filters;
  listener['traffic_direction'] = 'OUTBOUND';
  if (draft.quic) listener['udp_listener_config'] = { quic_options: {}, downstream_socket_config: {} };
  else if (nodeFlag(proxy, 'OUTBOUND_LISTENER_EXACT_BALANCE')) {
    listener['connection_balance_config'] = { exact_balance: {} };
  }
  const settings = connectionSettings(proxy, registry);
  const limit = settings?.['listenerPerConnectionBufferLimitBytes'];
  if (typeof limit === 'number' && limit >= 0) {
    listener['per_connection_buffer_limit_bytes'] = limit;
    deriveField(listener, 'per_connection_buffer_limit_bytes', settings);
  }
  const logs = listenerAccessLog(proxy, registry, 'gateway');
  if (logs.length > 0) listener['access_log'] = logs;
  return Object.assign(listener, maxConnectionsPerEvent(registry));
}

function socketAddress(bind: string, { port, quic }: GatewayListener): Message {
  if (!quic) return address(bind, port);
  return { socket_address: { protocol: 'UDP', address: bind, port_value: port } };
}

function writeChain(context: OutboundContext, chain: GatewayChain, quic: boolean): FilterChain {
  const written: FilterChain = derive({ filters: chain.networkFilters }, ...chain.sources);
  if (!isMatchAll(chain)) written.filter_chain_match = derive(filterChainMatch(chain), ...chain.sources);
  if (chain.tls) written.transport_socket = quic ? quicTransportSocket(chain.tls) : tlsTransportSocket(chain.tls);
  return Object.assign(written, transportSocketTimeout(context.registry));
}

function quicTransportSocket(tls: Message): Message {
  const context = any('envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport', {
    downstream_tls_context: tls,
  });
  return derive({ name: 'envoy.transport_sockets.quic', typed_config: context }, tls);
}

/** The PROXY protocol's header goes first, then what SNI or ALPN need. */
function listenerFilters(context: OutboundContext, { chains, quic }: GatewayListener): Message[] {
  if (quic) return [];
  const topology = context.proxy.proxyConfig['gatewayTopology'];
  const filters: Message[] = [];
  if (isObject(topology) && isObject(topology['proxyProtocol'])) {
    const type = 'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol';
    filters.push(extension('envoy.filters.listener.proxy_protocol', type));
  }
  if (chains.some((chain) => chain.sniHosts.length > 0 || chain.tls)) filters.push(tlsInspector());
  return filters;
}
