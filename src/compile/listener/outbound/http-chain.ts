import type { Message } from '../../../model/envoy.ts';
import { acceptsHttp10, connectionManagerBasis } from '../../http/connection-manager.ts';
import type { ChainDraft, OutboundContext, OutboundRequest } from './context.ts';
import { listenerProtocol } from './listener-protocol.ts';

/** What the HTTP inspector reports for plain HTTP; 1.0 only where the mesh serves it, else it passes as TCP. */
export function plaintextHttp(context: OutboundContext): string[] {
  return context.registry.environment.flag('PILOT_HTTP10', false)
    ? ['http/1.0', 'http/1.1', 'h2c']
    : ['http/1.1', 'h2c'];
}

/** Asks for plain HTTP as the inspector found it, so that other traffic can take another chain of the listener. */
export function onlyPlaintextHttp(chain: ChainDraft, context: OutboundContext): ChainDraft {
  return { ...chain, applicationProtocols: plaintextHttp(context), transportProtocol: 'raw_buffer' };
}

/**
 * The HTTP chain of an outbound port (istiod's `buildSidecarOutboundHTTPListenerOpts`). All services of a port share
 * one route configuration; a sniffed port with an address of its own has one for its service alone.
 */
export function httpChain(context: OutboundContext, request: OutboundRequest): ChainDraft {
  const { port, bind, service } = request;
  const [primary = ''] = bind.addresses;
  const sniffedAlone = listenerProtocol(port.protocol) === 'auto' && primary !== context.wildcards[0];
  const routeName = port.port === 0 ? primary : sniffedAlone ? `${service.hostname}:${port.port}` : String(port.port);
  const chain: ChainDraft = {
    sniHosts: [],
    destinationCidrs: [],
    applicationProtocols: [],
    transportProtocol: '',
    http: {
      routeName,
      protocol: port.protocol,
      useRemoteAddress: context.registry.environment.flag('PILOT_SIDECAR_USE_REMOTE_ADDRESS', false),
      basis: connectionManagerBasis(context.proxy, context.registry, 'sidecar-outbound'),
      honourMetadataExchangeHeaders: true,
      service,
    },
    sources: [port.config],
  };
  return chain;
}

/** Fields of the connection manager behind the HTTP proxy port, whose requests bear absolute URLs. */
export function httpProxyBasis(context: OutboundContext): Message {
  const { proxy, registry } = context;
  const basis = connectionManagerBasis(proxy, registry, 'sidecar-outbound');
  const http10 = acceptsHttp10(proxy, registry) ? { accept_http_10: true } : {};
  return { ...basis, http_protocol_options: { allow_absolute_url: true, ...http10 } };
}
