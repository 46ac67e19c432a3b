import { describe, expect, it } from 'vitest';
import { findFilterChain } from '../../../src/explain/tcp/filter-chain.ts';
import type { Listener } from '../../../src/model/envoy.ts';

const inspectors = [
  { name: 'envoy.filters.listener.tls_inspector' },
  { name: 'envoy.filters.listener.http_inspector' },
];
const listener = (chains: [string, object][], fallback?: string): Listener => ({
  name: 'test',
  listener_filters: inspectors,
  filter_chains: chains.map(([name, match]) => ({ name, filter_chain_match: match })),
  ...(fallback ? { default_filter_chain: { name: fallback } } : {}),
});
const tls = (sni: string | undefined, alpn: string[] = []) => ({
  tls: { sni, alpn, mutual: false, ofApplication: true },
});
const to = { destinationIp: '10.0.0.1', destinationPort: 8080 };
const found = (it: Listener, more: object): string | undefined => findFilterChain(it, { ...to, ...more }).chain?.name;

describe('filter chain match', () => {
  it('takes the most specific server name, exact before the longest wildcard', () => {
    const chains = listener([
      ['any', {}],
      ['wide', { server_names: ['*.example'] }],
      ['narrow', { server_names: ['*.shop.example'] }],
      ['exact', { server_names: ['a.shop.example'] }],
    ]);
    expect(found(chains, tls('a.shop.example'))).toBe('exact');
    expect(found(chains, tls('B.Shop.Example'))).toBe('narrow');
    expect(found(chains, tls('shop.example'))).toBe('wide');
    expect(found(chains, tls('other'))).toBe('any');
    expect(found(chains, tls(undefined))).toBe('any');
  });

  it('has no way back: a port that matches decides, and then the default chain takes the rest', () => {
    const chains = listener(
      [
        ['port', { destination_port: 8080, transport_protocol: 'tls' }],
        ['plain', { transport_protocol: 'raw_buffer' }],
      ],
      'default',
    );
    expect(found(chains, { http: 'http/1.1' })).toBe('default');
    expect(found(chains, { http: 'http/1.1', destinationPort: 9090 })).toBe('plain');
  });

  it("follows the client's order of protocols, and what inspectors see", () => {
    const chains = listener([
      ['one', { application_protocols: ['h2'] }],
      ['two', { application_protocols: ['http/1.1'] }],
      ['rest', {}],
    ]);
    expect(found(chains, tls('a', ['http/1.1', 'h2']))).toBe('two');
    expect(found(chains, tls('a', ['h2', 'http/1.1']))).toBe('one');
    expect(found(chains, { http: 'http/1.1' })).toBe('two');
    expect(found({ ...chains, listener_filters: [] }, { http: 'http/1.1' })).toBe('rest');
  });

  it('takes the longest prefix of the destination', () => {
    const chains = listener([
      ['net', { prefix_ranges: [{ address_prefix: '10.0.0.0', prefix_len: 8 }] }],
      ['host', { prefix_ranges: [{ address_prefix: '10.0.0.1', prefix_len: 32 }] }],
    ]);
    expect(found(chains, {})).toBe('host');
    expect(found(chains, { destinationIp: '10.1.1.1' })).toBe('net');
    expect(found(chains, { destinationIp: '192.0.2.1' })).toBeUndefined();
  });

  it('tells clients by their port and by whether they sit in the same pod', () => {
    const chains = listener([
      ['own', { source_type: 'SAME_IP_OR_LOOPBACK' }],
      ['port', { source_type: 'EXTERNAL', source_ports: [4000, 4001] }],
      ['net', { source_type: 'EXTERNAL', source_prefix_ranges: [{ address_prefix: '10.0.0.0', prefix_len: 8 }] }],
      ['rest', {}],
    ]);
    expect(found(chains, { sourceIp: '127.0.0.1' })).toBe('own');
    expect(found(chains, { sourceIp: '10.0.0.1' })).toBe('own');
    // 127.0.0.6 is no loopback address to Envoy.
    expect(found(chains, { sourceIp: '127.0.0.6', sourcePort: 4001 })).toBe('port');
    expect(found(chains, { sourceIp: '10.0.0.9', sourcePort: 4001 })).toBe('net');
    expect(found(chains, { sourceIp: '192.0.2.1', sourcePort: 5 })).toBeUndefined();
  });

  it('does not look behind an inspector that is switched off for a port', () => {
    const off = { destination_port_range: { start: 8080, end: 8081 } };
    const some = listener([
      ['tls', { transport_protocol: 'tls' }],
      ['rest', {}],
    ]);
    const blind = {
      ...some,
      listener_filters: [{ name: 'envoy.filters.listener.tls_inspector', filter_disabled: off }],
    };
    expect(found(some, tls('a'))).toBe('tls');
    expect(found(blind, tls('a'))).toBe('rest');
    expect(found(blind, { ...tls('a'), destinationPort: 9090 })).toBe('tls');
  });
});
