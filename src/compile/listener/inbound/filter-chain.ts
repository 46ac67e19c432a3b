import type { FilterChain, Message } from '../../../model/envoy.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';
import { serverTlsContext, tlsTransportSocket } from '../../security/downstream-tls.ts';
import { mutualTlsContext } from '../../security/mutual-tls.ts';
import type { EffectiveMtls } from '../../security/peer-authentication.ts';
import { listenerProtocol } from '../outbound/listener-protocol.ts';
import type { ChainConfig } from './chain-config.ts';
import { chainName } from './chain-config.ts';
import type { ChainMatch } from './chain-match.ts';
import { chainMatches, ownTlsMatch } from './chain-match.ts';
import { httpNetworkFilters, tcpNetworkFilters } from './network-filters.ts';

/**
 * All filter chains of one port (istiod's `inboundChainForOpts` and the choice before it).
 *
 * @param mtls the mode in force for the port; its PeerAuthentication is the origin of what the mode decides
 */
export function filterChains(chain: ChainConfig, mtls: EffectiveMtls, proxy: Proxy, registry: Registry): FilterChain[] {
  const protocol = listenerProtocol(chain.protocol);
  // Settings of the Sidecar's own only count where mutual TLS does not claim the port.
  const ownTls = chain.tls && mtls.mode === 'DISABLE' ? chain.tls : undefined;
  const http10 = registry.environment.flag('PILOT_HTTP10', false);
  const matches = ownTls
    ? ownTlsMatch(protocol === 'http' ? 'http' : 'tcp')
    : chainMatches(mtls.mode, protocol === 'none' ? 'tcp' : protocol, http10);
  return matches.map((match) => {
    const filters =
      match.layer === 'http' ? httpNetworkFilters(chain, proxy, registry) : tcpNetworkFilters(chain, proxy, registry);
    const message: FilterChain = {
      name: chainName(chain, match.layer),
      filter_chain_match: chainMatch(chain, match),
      filters,
    };
    derive(message, mtls.source, chain.source);
    deriveField(message, 'name', chain.source);
    deriveField(message, 'filters', chain.source);
    if (match.terminates) {
      const context = ownTls
        ? serverTlsContext(ownTls, proxy, registry)
        : derive(mutualTlsContext(proxy, registry, match.layer), mtls.source);
      message.transport_socket = tlsTransportSocket(context);
    }
    deriveField(message, 'transport_socket', ownTls ?? mtls.source);
    if (chain.sidecar) {
      const { name, namespace } = chain.sidecar.metadata;
      const config = `/apis/networking.istio.io/v1/namespaces/${namespace}/sidecar/${name}`;
      message['metadata'] = derive({ filter_metadata: { istio: { config } } }, chain.sidecar);
    }
    return message;
  });
}

function chainMatch(chain: ChainConfig, match: ChainMatch): Message {
  const message: Message = { transport_protocol: match.transportProtocol };
  if (match.applicationProtocols) message['application_protocols'] = [...match.applicationProtocols];
  if (chain.targetPort > 0) {
    message['destination_port'] = chain.targetPort;
    deriveField(message, 'destination_port', chain.source);
  }
  return message;
}
