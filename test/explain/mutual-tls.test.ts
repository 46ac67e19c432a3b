import { describe, expect, it } from 'vitest';
import { mutualTlsMode } from '../../src/explain/index.ts';
import type { FilterChain, Listener } from '../../src/model/envoy.ts';

const context = {
  name: 'tls',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext' },
};
const tls: FilterChain = {
  filter_chain_match: {
    destination_port: 8080,
    transport_protocol: 'tls',
    application_protocols: ['istio', 'istio-http/1.1'],
  },
  transport_socket: context,
};
const plain: FilterChain = { filter_chain_match: { destination_port: 8080, transport_protocol: 'raw_buffer' } };
const anything: FilterChain = { filter_chain_match: { destination_port: 8080 } };
const mode = (chains: FilterChain[]) => {
  const listener: Listener = {
    name: 'virtualInbound',
    listener_filters: [
      { name: 'envoy.filters.listener.tls_inspector' },
      { name: 'envoy.filters.listener.http_inspector' },
    ],
    filter_chains: chains,
  };
  return mutualTlsMode(listener, { destinationIp: '10.1.0.5', destinationPort: 8080 });
};

describe('mode of mutual TLS', () => {
  it('is what chains of the port take', () => {
    expect(mode([tls])).toBe('STRICT');
    expect(mode([tls, plain])).toBe('PERMISSIVE');
    expect(mode([anything])).toBe('DISABLE');
    expect(mode([])).toBeUndefined();
  });
});
