import { describe, expect, it } from 'vitest';
import type { Cluster, Message } from '../../../src/model/envoy.ts';
import { OneOf } from '../../../src/model/one-of.ts';
import {
  clusterOf,
  httpOptions,
  objectYaml,
  originsOf,
  ruleYaml,
  sliceYaml,
  web,
  webHttp,
  webUnder,
} from '../../support/clusters.ts';
import { podYaml } from '../../support/mesh.ts';

const spiffe = (account: string): string => `spiffe://cluster.local/ns/shop/sa/${account}`;
const rule = 'DestinationRule shop/web spec.trafficPolicy.tls';
const tls = (settings: object, options = {}): Cluster => webUnder({ tls: settings }, options);
const contextOf = (cluster: Cluster): Message => cluster['transport_socket'].typed_config;
const commonOf = (cluster: Cluster): Message => contextOf(cluster)['common_tls_context'];

describe('auto-mTLS', () => {
  it('gives two transport sockets that the endpoint chooses from', () => {
    const [mutual, plain] = clusterOf(web, webHttp)['transport_socket_matches'];
    expect(mutual).toMatchObject({ name: 'tlsMode-istio', match: { tlsMode: 'istio' } });
    const { sni, common_tls_context: common } = mutual.transport_socket.typed_config;
    expect(sni).toBe('outbound_.80_._.web.shop.svc.cluster.local');
    expect(common.alpn_protocols).toEqual(['istio-peer-exchange', 'istio']);
    expect(plain).toMatchObject({
      name: 'tlsMode-disabled',
      match: {},
      transport_socket: { name: 'envoy.transport_sockets.raw_buffer' },
    });
  });

  it('verifies the identities of all the workloads, in every trust domain', () => {
    const pod = podYaml('shop/web-1', { labels: { app: 'web' } }).replace(
      '"spec":{',
      '"spec":{"serviceAccountName":"web",',
    );
    const yaml =
      objectYaml('Service', 'web', { clusterIP: '10.1.0.1', ports: [{ name: 'http', port: 80 }] }) +
      pod +
      sliceYaml('web', { http: 80 }, { 'web-1': '10.0.0.11' });
    const names = (mesh: object) =>
      clusterOf(yaml, webHttp, { mesh: mesh as never })['transport_socket_matches'][0].transport_socket.typed_config
        .common_tls_context.combined_validation_context.default_validation_context.match_subject_alt_names;
    expect(names({})).toEqual([{ exact: spiffe('web') }]);
    expect(names({ trustDomainAliases: ['old.local'] })).toEqual([
      { exact: spiffe('web') },
      { exact: 'spiffe://old.local/ns/shop/sa/web' },
    ]);
  });

  it('is off by MeshConfig, by PeerAuthentication and for hosts outside the mesh', () => {
    expect(clusterOf(web, webHttp, { mesh: { enableAutoMtls: false } })['transport_socket_matches']).toBeUndefined();
    const disabled = clusterOf(web + objectYaml('PeerAuthentication', 'own', { mtls: { mode: 'DISABLE' } }), webHttp);
    expect(disabled['transport_socket_matches']).toBeUndefined();
    expect(originsOf(disabled, 'transport_socket_matches')).toEqual(['PeerAuthentication shop/own spec.mtls.mode']);
    const ext = objectYaml('ServiceEntry', 'e', {
      hosts: ['e.example'],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      resolution: 'DNS',
    });
    expect(clusterOf(ext, 'outbound|80||e.example')['transport_socket_matches']).toBeUndefined();
  });

  it('to a headless service is all or nothing, by its endpoints', () => {
    const pods = (labels: Record<string, string>) =>
      objectYaml('Service', 'db', { clusterIP: 'None', ports: [{ name: 'tcp', port: 1 }] }) +
      podYaml('shop/db-1', { labels, addresses: ['10.0.0.21'] }) +
      sliceYaml('db', { tcp: 1 }, { 'db-1': '10.0.0.21' });
    const db = 'outbound|1||db.shop.svc.cluster.local';
    expect(contextOf(clusterOf(pods({ 'security.istio.io/tlsMode': 'istio' }), db))['sni']).toBe(
      'outbound_.1_._.db.shop.svc.cluster.local',
    );
    expect(clusterOf(pods({}), db)['transport_socket']).toBeUndefined();
  });

  it('to a headless service may be older in 1.32, where proxies are not told of its endpoints', () => {
    const slice = sliceYaml('db', { tcp: 1 }, { 'db-1': '10.0.0.21' }).replace(
      '"labels"',
      '"annotations":{"endpoints.kubernetes.io/last-change-trigger-time":"2026-01-01T00:00:09Z"},"labels"',
    );
    const yaml =
      objectYaml('Service', 'db', { clusterIP: 'None', ports: [{ name: 'tcp', port: 1 }] }) +
      podYaml('shop/db-1', { labels: { 'security.istio.io/tlsMode': 'istio' }, addresses: ['10.0.0.21'] }) +
      slice;
    const socket = (version: string): unknown =>
      clusterOf(yaml, 'outbound|1||db.shop.svc.cluster.local', { version })['transport_socket'];
    expect(socket('1.29.0')).not.toBeInstanceOf(OneOf);
    expect(socket('1.32.0')).toBeInstanceOf(OneOf);
  });

  it('may not have heard of a PeerAuthentication of another namespace before 1.32', () => {
    const policy = objectYaml('PeerAuthentication', 'away/own', { mtls: { mode: 'DISABLE' } });
    const yaml =
      objectYaml('Service', 'away/x', { clusterIP: '10.1.0.8', ports: [{ name: 'http', port: 80 }] }) + policy;
    const matches = (version: string): unknown =>
      clusterOf(yaml, 'outbound|80||x.away.svc.cluster.local', { version })['transport_socket_matches'];
    expect(matches('1.29.0')).toMatchObject({
      values: [undefined, [{ name: 'tlsMode-istio' }, { name: 'tlsMode-disabled' }]],
    });
    expect(matches('1.32.0')).toBeUndefined();
  });
});

describe('TLS of a rule', () => {
  it('DISABLE takes the sockets away, and says so', () => {
    const cluster = tls({ mode: 'DISABLE' });
    expect(cluster['transport_socket']).toBeUndefined();
    expect(cluster['transport_socket_matches']).toBeUndefined();
    expect(originsOf(cluster, 'transport_socket_matches')).toEqual([`${rule}.mode`]);
  });

  it('ISTIO_MUTUAL is for all endpoints alike', () => {
    const cluster = tls({ mode: 'ISTIO_MUTUAL', sni: 'other', subjectAltNames: ['x'] });
    expect(contextOf(cluster)['sni']).toBe('other');
    expect(commonOf(cluster)['combined_validation_context'].default_validation_context).toEqual({
      match_subject_alt_names: [{ exact: 'x' }],
    });
    expect(originsOf(cluster, 'transport_socket', 'typed_config', 'sni')).toEqual([`${rule}.sni`]);
    expect(originsOf(cluster, 'transport_socket', 'name')).toEqual([`${rule}.mode`]);
  });

  it('SIMPLE verifies with the system roots and sends the request host', () => {
    const cluster = tls({ mode: 'SIMPLE' });
    expect(contextOf(cluster)['sni']).toBeUndefined();
    expect(commonOf(cluster)['combined_validation_context'].validation_context_sds_secret_config.name).toBe(
      'file-root:system',
    );
    expect(httpOptions(cluster)?.['upstream_http_protocol_options']).toEqual({
      auto_sni: true,
      auto_san_validation: true,
    });
    expect(cluster['metadata'].filter_metadata.istio.alpn_override).toBe('false');
    expect(commonOf(tls({ mode: 'SIMPLE', insecureSkipVerify: true }))['validation_context']).toEqual({});
  });

  it('MUTUAL needs both files', () => {
    const files = { mode: 'MUTUAL', clientCertificate: '/c', privateKey: '/k', caCertificates: '/r' };
    expect(commonOf(tls(files))['tls_certificate_sds_secret_configs'][0].name).toBe('file-cert:/c~/k');
    expect(tls({ ...files, privateKey: undefined })['transport_socket']).toBeUndefined();
  });

  it('credentialName is for gateways, and for rules that select workloads', () => {
    const settings = { mode: 'SIMPLE', credentialName: 'cert' };
    expect(tls(settings)['transport_socket']).toBeUndefined();
    const gateway = tls(settings, { client: { gateway: true } });
    expect(commonOf(gateway)['combined_validation_context'].validation_context_sds_secret_config).toEqual({
      name: 'kubernetes://cert-cacert',
      sds_config: { ads: {}, resource_api_version: 'V3' },
    });
    const selecting = clusterOf(
      web + ruleYaml({ tls: settings }, { workloadSelector: { matchLabels: { app: 'client' } } }),
      webHttp,
    );
    expect(selecting['transport_socket']).toBeDefined();
  });

  it('takes curves and ciphers of the mesh for what is not of the mesh', () => {
    const mesh = { tlsDefaults: { ecdhCurves: ['P-256'], cipherSuites: ['X'] } };
    expect(commonOf(tls({ mode: 'SIMPLE' }, { mesh }))['tls_params']).toMatchObject({
      ecdh_curves: ['P-256'],
      cipher_suites: ['X'],
    });
    expect(commonOf(tls({ mode: 'ISTIO_MUTUAL' }, { mesh }))['tls_params'].ecdh_curves).toBeUndefined();
  });

  it('expects the names of a ServiceEntry where it gives none', () => {
    const yaml =
      objectYaml('ServiceEntry', 'e', {
        hosts: ['e.example'],
        ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
        resolution: 'DNS',
        subjectAltNames: ['san.e.example'],
      }) +
      objectYaml('DestinationRule', 'e', {
        host: 'e.example',
        trafficPolicy: { tls: { mode: 'SIMPLE', sni: 'e.example' } },
      });
    const cluster = clusterOf(yaml, 'outbound|443||e.example');
    expect(commonOf(cluster)['combined_validation_context'].default_validation_context).toEqual({
      match_subject_alt_names: [{ exact: 'san.e.example' }],
    });
  });

  it('is wrapped by proxyProtocol, and so is plain text', () => {
    const wrapped = webUnder({ proxyProtocol: { version: 'V2' }, tls: { mode: 'SIMPLE' } })['transport_socket']
      .typed_config;
    expect(wrapped).toMatchObject({
      config: { version: 'V2' },
      transport_socket: { name: 'envoy.transport_sockets.tls' },
    });
    const plain = webUnder({ proxyProtocol: {}, tls: { mode: 'DISABLE' } })['transport_socket'].typed_config;
    expect(plain).toMatchObject({ config: { version: 'V1' }, transport_socket: { name: 'raw_buffer' } });
  });
});
