import { describe, expect, it } from 'vitest';
import { originsAt } from '../../../src/model/provenance.ts';
import { connectionManager, filterNames } from '../../support/connection-manager.ts';

describe('the HTTP filter stack', () => {
  it('exchanges metadata, overrides ALPN and keeps the router last in a full mesh', () => {
    const mesh = {
      defaultProviders: { metrics: ['prometheus'] },
      extensionProviders: [{ name: 'prometheus', prometheus: {} }],
    };
    expect(filterNames(connectionManager('', { mesh }))).toEqual([
      'istio.metadata_exchange',
      'grpc_stats',
      'istio.alpn',
      'fault',
      'cors',
      'istio.stats',
      'router',
    ]);
    expect(filterNames(connectionManager('', { mesh, class: 'sidecar-inbound' }))).toEqual([
      'istio.metadata_exchange',
      'grpc_stats',
      'fault',
      'cors',
      'istio.stats',
      'router',
    ]);
  });

  it('leaves out what istiod is told to leave out', () => {
    const environment = {
      PILOT_ENABLE_ALPN_FILTER: 'false',
      PILOT_ENABLE_METADATA_EXCHANGE: 'false',
      PILOT_ENABLE_PERSISTENT_SESSION_FILTER: 'true',
    };
    expect(filterNames(connectionManager('', { environment }))).toEqual([
      'grpc_stats',
      'fault',
      'cors',
      'stateful_session',
      'router',
    ]);
  });

  it('tells peers outside the mesh nothing where headers are for the mesh only', () => {
    const annotation = 'proxyHeaders: {metadataExchangeHeaders: {mode: IN_MESH}}';
    const pod = { annotations: { 'proxy.istio.io/config': annotation } };
    const propagation = (options = {}): unknown => {
      const [exchange] = connectionManager('', { pod, ...options })['http_filters'];
      const { value } = exchange.typed_config;
      return value.upstream_propagation ?? value.downstream_propagation;
    };
    expect(propagation()).toEqual([{ istio_headers: { skip_external_clusters: true } }]);
    expect(propagation({ honourMetadataExchangeHeaders: false })).toEqual([{ istio_headers: {} }]);
    expect(propagation({ class: 'sidecar-inbound' })).toEqual([{ istio_headers: {} }]);
  });

  it('adds labels to what peers tell', () => {
    const manager = connectionManager('', { environment: { PILOT_MX_ADDITIONAL_LABELS: 'b,a,b' } });
    expect(manager['http_filters'][0].typed_config.value.additional_labels).toEqual(['a', 'b']);
  });
});

describe('settings of the mesh and the proxy', () => {
  it.each([
    ['NONE', { normalize_path: false, path_with_escaped_slashes_action: 'KEEP_UNCHANGED' }],
    ['BASE', { normalize_path: true, path_with_escaped_slashes_action: 'KEEP_UNCHANGED' }],
    ['MERGE_SLASHES', { normalize_path: true, merge_slashes: true }],
    [
      'DECODE_AND_MERGE_SLASHES',
      { normalize_path: true, merge_slashes: true, path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' },
    ],
  ])('normalizes paths by %s', (normalization, expected) => {
    expect(connectionManager('', { mesh: { pathNormalization: { normalization } } })).toMatchObject(expected);
  });

  it('takes an idle timeout, HTTP/1.0, header case and the forwarded port from the proxy', () => {
    const annotation = 'proxyHeaders: {preserveHttp1HeaderCase: true, xForwardedPort: {enabled: true}}';
    const manager = connectionManager('', {
      pod: {
        annotations: { 'proxy.istio.io/config': annotation },
        environment: { ISTIO_META_IDLE_TIMEOUT: '30s' },
      },
    });
    expect(manager['common_http_protocol_options']).toEqual({ idle_timeout: '30s' });
    expect(manager['append_x_forwarded_port']).toBe(true);
    expect(manager['http_protocol_options'].header_key_format.stateful_formatter.name).toBe('preserve_case');
    expect(originsAt(manager, ['append_x_forwarded_port'])[0]?.path).toContain('annotations');
  });

  it('applies connection settings from the version on that has them', () => {
    const annotation =
      'connectionSettings: {httpStreamIdleTimeout: 45s, httpMaxConcurrentStreams: 64, httpMergeSlashes: true}';
    const pod = { annotations: { 'proxy.istio.io/config': annotation } };
    expect(connectionManager('', { pod, version: '1.32.0' })).toMatchObject({
      stream_idle_timeout: '45s',
      http2_protocol_options: { max_concurrent_streams: 64 },
      merge_slashes: true,
    });
    expect(connectionManager('', { pod, version: '1.29.0' })['stream_idle_timeout']).toBe('0s');
  });

  it('proxies 100-continue unless told otherwise', () => {
    expect(connectionManager()['proxy_100_continue']).toBe(true);
    const environment = { ENABLE_100_CONTINUE_HEADERS: 'false' };
    expect(connectionManager('', { environment })['proxy_100_continue']).toBeUndefined();
  });

  it('counts the networks of the mesh as internal where told to', () => {
    const networks = JSON.stringify({
      networks: { b: { endpoints: [{ fromCidr: '192.168.0.0/16' }] }, a: { endpoints: [{ fromCidr: '10.0.0.0/8' }] } },
    });
    const metadata = { name: 'istio', namespace: 'istio-system' };
    const config = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { mesh: '', meshNetworks: networks },
    });
    const manager = connectionManager(`---\n${config}\n`, { environment: { ENABLE_HCM_INTERNAL_NETWORKS: 'true' } });
    expect(manager['internal_address_config']).toEqual({
      cidr_ranges: [
        { address_prefix: '10.0.0.0', prefix_len: 8 },
        { address_prefix: '192.168.0.0', prefix_len: 16 },
      ],
    });
  });
});
