import type { Protocol } from '../../../registry/types.ts';

/** How a port's protocol shapes its listener (istiod's `ModelProtocolToListenerProtocol`): `auto` sniffs. */
export function listenerProtocol(protocol: Protocol): 'http' | 'tcp' | 'auto' | 'none' {
  if (isHttpProtocol(protocol)) return 'http';
  if (isTcpProtocol(protocol)) return 'tcp';
  return protocol === 'UDP' ? 'none' : 'auto';
}

export function isHttpProtocol(protocol: Protocol): boolean {
  return ['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-Web'].includes(protocol);
}

export function isTcpProtocol(protocol: Protocol): boolean {
  return ['TCP', 'HTTPS', 'TLS', 'Mongo', 'Redis', 'MySQL'].includes(protocol);
}

export function isTlsProtocol(protocol: Protocol): boolean {
  return protocol === 'HTTPS' || protocol === 'TLS';
}
