import { describe, expect, it } from 'vitest';
import type { ServerTls, ServerTlsOptions } from '../../../src/compile/security/downstream-tls.ts';
import { serverTlsContext } from '../../../src/compile/security/downstream-tls.ts';
import { mutualTlsContext } from '../../../src/compile/security/mutual-tls.ts';
import type { MeshOptions } from '../../support/mesh.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

const pod = podYaml('shop/a-1');

function server(tls: ServerTls, options?: MeshOptions, shape?: ServerTlsOptions) {
  const registry = meshOf(pod, options);
  return serverTlsContext(tls, proxyOf(registry, 'shop/a-1'), registry, shape);
}

const names = (secrets: { name: string }[]) => secrets.map((secret) => secret.name);

describe('serverTlsContext', () => {
  it('takes certificates by credential, of both key types', () => {
    const common = server({
      mode: 'SIMPLE',
      credentialNames: ['rsa', 'kubernetes-gateway://ns/ec'],
    }).common_tls_context;
    expect(names(common.tls_certificate_sds_secret_configs)).toEqual([
      'kubernetes://rsa',
      'kubernetes-gateway://ns/ec',
    ]);
    expect(common.combined_validation_context).toBeUndefined();
  });

  it('verifies clients in MUTUAL and, without requiring them, in OPTIONAL_MUTUAL', () => {
    const mutual = server({ mode: 'MUTUAL', credentialName: 'c', subjectAltNames: ['a'] });
    expect(mutual['require_client_certificate']).toBe(true);
    const { combined_validation_context: validation } = mutual['common_tls_context'];
    expect(validation.default_validation_context).toEqual({ match_subject_alt_names: [{ exact: 'a' }] });
    expect(validation.validation_context_sds_secret_config.name).toBe('kubernetes://c-cacert');
    const optional = server({ mode: 'OPTIONAL_MUTUAL', credentialName: 'c', caCertCredentialName: 'ca' });
    expect(optional['require_client_certificate']).toBe(false);
    expect(optional['common_tls_context'].combined_validation_context.validation_context_sds_secret_config.name).toBe(
      'kubernetes://ca',
    );
  });

  it('takes files of the pod, and the own identity for ISTIO_MUTUAL', () => {
    const files = server({ mode: 'MUTUAL', serverCertificate: '/c', privateKey: '/k', caCertificates: '/ca' });
    const common = files['common_tls_context'];
    expect(names(common.tls_certificate_sds_secret_configs)).toEqual(['file-cert:/c~/k']);
    expect(common.combined_validation_context.validation_context_sds_secret_config.name).toBe('file-root:/ca');
    const istio = server({ mode: 'ISTIO_MUTUAL' }, {}, { terminatesTcp: true })['common_tls_context'];
    expect(names(istio.tls_certificate_sds_secret_configs)).toEqual(['default']);
    expect(istio.alpn_protocols).toEqual(['istio-peer-exchange', 'h2', 'http/1.1']);
  });

  it("lays the server's parameters over the mesh's defaults", () => {
    const mesh = { tlsDefaults: { minProtocolVersion: 'TLSV1_3', cipherSuites: ['A'] } };
    const parameters = (tls: ServerTls, version: string) =>
      server({ mode: 'SIMPLE', credentialName: 'c', ...tls }, { mesh, version })['common_tls_context'].tls_params;
    expect(parameters({ cipherSuites: ['AES128-SHA'], maxProtocolVersion: 'TLSV1_3' }, '1.32.0')).toEqual({
      tls_minimum_protocol_version: 'TLSv1_3',
      tls_maximum_protocol_version: 'TLSv1_3',
      cipher_suites: ['AES128-SHA'],
    });
    expect(parameters({}, '1.29.0').tls_minimum_protocol_version).toBe('TLSv1_1');
    expect(parameters({ minProtocolVersion: 'TLSV1_2' }, '1.29.0').tls_minimum_protocol_version).toBe('TLSv1_2');
  });
});

describe('mutualTlsContext', () => {
  const context = (layer: 'http' | 'tcp', options?: MeshOptions) => {
    const registry = meshOf(pod, options);
    return mutualTlsContext(proxyOf(registry, 'shop/a-1'), registry, layer)['common_tls_context'];
  };

  it('exchanges metadata on TCP only, and only where peers do', () => {
    expect(context('http').alpn_protocols).toEqual(['h2', 'http/1.1']);
    expect(context('tcp').alpn_protocols).toContain('istio-peer-exchange');
    const environment = { PILOT_ENABLE_METADATA_EXCHANGE: 'false' };
    expect(context('tcp', { environment }).alpn_protocols).toEqual(['h2', 'http/1.1']);
  });

  it('accepts the trust domain, its aliases and those of other authorities', () => {
    const mesh = { trustDomain: 'a', trustDomainAliases: ['b', 'a'], caCertificates: [{ trustDomains: ['c'] }] };
    const validation = (options: MeshOptions) =>
      context('http', options).combined_validation_context.default_validation_context;
    expect(validation({ mesh }).match_subject_alt_names).toEqual([
      { prefix: 'spiffe://a/' },
      { prefix: 'spiffe://b/' },
      { prefix: 'spiffe://c/' },
    ]);
    expect(validation({ mesh, environment: { PILOT_SKIP_VALIDATE_TRUST_DOMAIN: 'true' } })).toEqual({});
  });

  it('keeps to what istiod must comply with', () => {
    const { tls_params: parameters } = context('http', { environment: { COMPLIANCE_POLICY: 'fips-140-2' } });
    expect(parameters.tls_maximum_protocol_version).toBe('TLSv1_2');
    expect(parameters.cipher_suites).not.toContain('AES256-GCM-SHA384');
  });

  it("takes the mesh's minimum version and ciphers", () => {
    const mesh = { meshMTLS: { minProtocolVersion: 'TLSV1_3', cipherSuites: ['X'] } };
    expect(context('http', { mesh }).tls_params).toEqual({
      tls_minimum_protocol_version: 'TLSv1_3',
      tls_maximum_protocol_version: 'TLSv1_3',
      cipher_suites: ['X'],
    });
  });
});

describe('cipher suites of a server', () => {
  it('are those that Envoy takes, each once', () => {
    const cipherSuites = ['AES128-SHA', 'NONSENSE', '-ALL', 'AES128-SHA'];
    const { tls_params: parameters } = server({ mode: 'SIMPLE', credentialName: 'c', cipherSuites }).common_tls_context;
    expect(parameters).toEqual({ cipher_suites: ['AES128-SHA', '-ALL'] });
  });

  it('are not said where Envoy takes none of them', () => {
    const context = server({ mode: 'SIMPLE', credentialName: 'c', cipherSuites: ['NONSENSE'] });
    expect(context.common_tls_context.tls_params).toBeUndefined();
  });
});
