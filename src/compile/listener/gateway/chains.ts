import type { Filter, Message } from '../../../model/envoy.ts';
import type { Source } from '../../../model/provenance.ts';
import type { GatewayServer } from '../../gateway/server.ts';
import type { ServerTls } from '../../security/downstream-tls.ts';
import { serverTlsContext } from '../../security/downstream-tls.ts';
import type { ChainDraft, OutboundContext } from '../outbound/context.ts';

/** A filter chain of a gateway before it is written. */
export interface GatewayChain extends ChainDraft {
  networkFilters: Filter[];
  /** `DownstreamTlsContext` where the gateway terminates TLS. */
  tls?: Message;
}

/** A chain that matches by SNI only, or everything. */
export function gatewayChain(
  filters: Filter[],
  sources: Source[],
  more: Partial<Pick<GatewayChain, 'sniHosts' | 'applicationProtocols' | 'tls'>> = {},
): GatewayChain {
  return {
    sniHosts: [],
    destinationCidrs: [],
    applicationProtocols: [],
    transportProtocol: '',
    networkFilters: filters,
    sources,
    ...more,
  };
}

/** The TLS context of a server that terminates TLS (istiod's `buildGatewayListenerTLSContext`). */
export function serverContext(context: OutboundContext, server: GatewayServer, quic = false): Message | undefined {
  if (!server.tls) return undefined;
  const terminatesTcp = server.protocol === 'TLS' || server.protocol === 'TCP';
  return serverTlsContext(server.tls as ServerTls, context.proxy, context.registry, { quic, terminatesTcp });
}

/** The names by which clients ask for a TLS server: its hosts without namespaces, sorted (istiod's `GetSNIHostsForServer`). */
export function sniHosts(server: GatewayServer): string[] {
  if (!server.tls) return [];
  const names = server.hosts.map((host) => (host.includes('/') ? (host.split('/')[1] ?? '') : host));
  return [...new Set(names)].sort();
}
