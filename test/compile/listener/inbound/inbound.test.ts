import { describe, expect, it } from 'vitest';
import { compileInboundListeners } from '../../../../src/compile/listener/inbound/index.ts';
import type { FilterChain, Listener } from '../../../../src/model/envoy.ts';
import { originsAt } from '../../../../src/model/provenance.ts';
import type { MeshOptions, PodOptions } from '../../../support/mesh.ts';
import { meshOf, podYaml, proxyOf } from '../../../support/mesh.ts';

function service(name: string, ports: object[], created = '2026-01-01T00:00:00Z'): string {
  const metadata = { name, namespace: 'shop', creationTimestamp: created };
  const spec = { clusterIP: '10.1.0.1', selector: { app: 'a' }, ports };
  return `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata, spec })}\n`;
}

function slice(name: string, ports: object[]): string {
  const metadata = { name: `${name}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } };
  const targetRef = { kind: 'Pod', name: 'a-1', namespace: 'shop' };
  const endpoints = [{ addresses: ['10.0.0.1'], conditions: { ready: true }, targetRef }];
  const object = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata,
    addressType: 'IPv4',
    endpoints,
    ports,
  };
  return `---\n${JSON.stringify(object)}\n`;
}

function sidecar(ingress: object[]): string {
  const metadata = { name: 'own', namespace: 'shop' };
  return `---\n${JSON.stringify({ apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata, spec: { ingress } })}\n`;
}

function peerAuthentication(spec: object): string {
  const metadata = { name: 'own', namespace: 'shop' };
  return `---\n${JSON.stringify({ apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata, spec })}\n`;
}

const web =
  service('web', [{ name: 'http', port: 80, targetPort: 8080 }]) + slice('web', [{ name: 'http', port: 8080 }]);

function listeners(yaml: string, pod: PodOptions = {}, options: MeshOptions = {}): Listener[] {
  const registry = meshOf(podYaml('shop/a-1', { labels: { app: 'a' }, ...pod }) + yaml, options);
  return compileInboundListeners(proxyOf(registry, 'shop/a-1'), registry);
}

/** What a chain matches, shortly: `8080 tls istio,... http`. */
function summary(chain: FilterChain): string {
  const {
    destination_port: port = '*',
    transport_protocol: transport = '',
    application_protocols: alpn = [],
  } = chain.filter_chain_match ?? {};
  const last = chain.filters?.at(-1)?.name.split('.').at(-1);
  const layer = last === 'http_connection_manager' ? 'http' : 'tcp';
  return [port, transport, alpn[0] ?? 'any', layer, chain.transport_socket ? 'terminates' : 'plain'].join(' ');
}

const chainsOf = (listener: Listener | undefined, port: number | '*'): string[] =>
  (listener?.filter_chains ?? []).map(summary).filter((text) => text.startsWith(`${port} `));

describe('virtualInbound', () => {
  it('ends what is sent to its own port and sniffs what no Service declares', () => {
    const [listener] = listeners('');
    expect(listener?.filter_chains?.map((chain) => chain.name)).toEqual([
      'virtualInbound-blackhole',
      'virtualInbound-catchall-http',
      'virtualInbound-catchall-http',
      'virtualInbound',
      'virtualInbound',
      'virtualInbound',
    ]);
    expect(chainsOf(listener, '*')).toEqual([
      '* tls istio-http/1.0 http terminates',
      '* raw_buffer http/1.1 http plain',
      '* tls istio-peer-exchange tcp terminates',
      '* raw_buffer any tcp plain',
      '* tls any tcp plain',
    ]);
  });

  it.each([
    ['STRICT', ['8080 tls any http terminates']],
    ['PERMISSIVE', ['8080 tls istio http terminates', '8080 raw_buffer any http plain']],
    ['DISABLE', ['8080 raw_buffer any http plain']],
  ])('serves an HTTP port under %s', (mode, expected) => {
    expect(chainsOf(listeners(web + peerAuthentication({ mtls: { mode } }))[0], 8080)).toEqual(expected);
  });

  it('gives a port that only a PeerAuthentication names a passthrough chain of its own', () => {
    const spec = { selector: { matchLabels: { app: 'a' } }, portLevelMtls: { '7000': { mode: 'DISABLE' } } };
    const [listener] = listeners(web + peerAuthentication(spec));
    expect(chainsOf(listener, 7000)).toEqual(['7000 raw_buffer http/1.1 http plain', '7000 raw_buffer any tcp plain']);
  });

  it('lets the oldest Service decide a port that two claim', () => {
    const port = (name: string) => [{ name, port: 8080 }];
    const older = service('older', [{ name: 'tcp', port: 90, targetPort: 8080 }], '2025-01-01T00:00:00Z');
    const yaml = web + older + slice('older', port('tcp'));
    expect(chainsOf(listeners(yaml)[0], 8080)).toEqual([
      '8080 tls istio tcp terminates',
      '8080 tls any tcp plain',
      '8080 raw_buffer any tcp plain',
    ]);
  });

  it('names the mode and the port as origins of a chain', () => {
    const [listener] = listeners(web + peerAuthentication({ mtls: { mode: 'STRICT' } }));
    const index = listener?.filter_chains?.findIndex((chain) => chain.name === '0.0.0.0_8080') ?? -1;
    const origins = (...path: (string | number)[]) =>
      originsAt(listener, ['filter_chains', index, ...path]).map(
        (origin) => `${origin.resource.kind} ${origin.path.join('.')}`,
      );
    expect(origins('transport_socket')).toEqual(['PeerAuthentication spec.mtls.mode']);
    expect(origins('filter_chain_match', 'destination_port')).toEqual(['Service spec.ports.0']);
  });

  it('binds all families and is transparent where the pod says so', () => {
    const addresses = ['10.0.0.1', 'fd00::1'];
    const environment = { ISTIO_META_INTERCEPTION_MODE: 'TPROXY' };
    const [listener] = listeners('', { addresses, environment }, { environment: { ISTIO_DUAL_STACK: 'true' } });
    expect(listener?.address).toEqual({ socket_address: { address: '0.0.0.0', port_value: 15006 } });
    expect(listener?.['additional_addresses']).toEqual([
      { address: { socket_address: { address: '::', port_value: 15006 } } },
    ]);
    expect(listener?.['transparent']).toBe(true);
    expect(listener?.['listener_filters'].map((filter: { name: string }) => filter.name.split('.').at(-1))).toEqual([
      'original_dst',
      'original_src',
      'tls_inspector',
      'http_inspector',
    ]);
  });
});

describe('Sidecar ingress', () => {
  const http = { number: 8080, protocol: 'HTTP', name: 'http' };

  it('takes the place of Services', () => {
    const [listener] = listeners(
      web + sidecar([{ port: { ...http, number: 9000 }, defaultEndpoint: '127.0.0.1:9000' }]),
    );
    expect(chainsOf(listener, 8080)).toEqual([]);
    const chain = listener?.filter_chains?.find((item) => item.name === '10.0.0.1_9000');
    expect(chain?.['metadata'].filter_metadata.istio.config).toBe(
      '/apis/networking.istio.io/v1/namespaces/shop/sidecar/own',
    );
  });

  it('binds a real port where nothing is captured', () => {
    const [virtual, own] = listeners(sidecar([{ port: http, bind: '0.0.0.0', captureMode: 'NONE' }]));
    expect(chainsOf(virtual, 8080)).toEqual([]);
    expect(own).toMatchObject({
      name: '0.0.0.0_8080',
      address: { socket_address: { address: '0.0.0.0', port_value: 8080 } },
      traffic_direction: 'INBOUND',
    });
    expect(own?.['listener_filters'].map((filter: { name: string }) => filter.name)).toEqual([
      'envoy.filters.listener.tls_inspector',
    ]);
  });

  it('is all there is without interception', () => {
    const environment = { ISTIO_META_INTERCEPTION_MODE: 'NONE' };
    expect(listeners(web, { environment })).toEqual([]);
    const names = listeners(sidecar([{ port: http }]), { environment }).map((item) => item.name);
    expect(names).toEqual(['10.0.0.1_8080']);
  });

  it('leaves out ports that the proxy itself uses', () => {
    const status = { port: { ...http, number: 15021 } };
    expect(chainsOf(listeners(sidecar([status]))[0], 15021)).toEqual([]);
    const elsewhere = { ...status, bind: '10.0.0.1' };
    expect(chainsOf(listeners(sidecar([elsewhere]))[0], 15021)).toHaveLength(2);
  });

  it('terminates TLS of its own only without mutual TLS, and where istiod is told to', () => {
    const tls = { mode: 'SIMPLE', serverCertificate: '/c', privateKey: '/k' };
    const ingress = sidecar([{ port: { number: 8443, protocol: 'HTTPS', name: 'https' }, tls }]);
    const environment = { ENABLE_TLS_ON_SIDECAR_INGRESS: 'true' };
    const disabled = ingress + peerAuthentication({ mtls: { mode: 'DISABLE' } });
    expect(chainsOf(listeners(disabled, {}, { environment })[0], 8443)).toEqual(['8443 tls any http terminates']);
    expect(chainsOf(listeners(disabled)[0], 8443)).toEqual(['8443 raw_buffer any tcp plain']);
    expect(chainsOf(listeners(ingress, {}, { environment })[0], 8443)).toHaveLength(2);
  });
});
