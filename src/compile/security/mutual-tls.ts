import type { Message } from '../../model/envoy.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { nodeMetadata } from '../node-metadata.ts';
import { applyCompliance } from './compliance.ts';
import { peerExchangeAlpn } from './downstream-tls.ts';
import { keyCertificateSecret, rootCertificateSecret } from './sds.ts';

const defaultCiphers = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
];

/**
 * The TLS context with which a sidecar terminates mutual TLS within the mesh (istiod's `BuildInboundTLS`).
 *
 * @param layer an HTTP chain negotiates HTTP's protocols only; a TCP chain also Istio's peer exchange, where peers
 * exchange metadata at all
 */
export function mutualTlsContext(proxy: Proxy, registry: Registry, layer: 'http' | 'tcp'): Message {
  const exchanges = registry.environment.flag('PILOT_ENABLE_METADATA_EXCHANGE', true);
  const root = nodeMetadata(proxy, 'TLS_SERVER_ROOT_CERT');
  const certificate = nodeMetadata(proxy, 'TLS_SERVER_CERT_CHAIN');
  const common: Message = {
    tls_params: tlsParameters(registry),
    alpn_protocols: layer === 'tcp' && exchanges ? peerExchangeAlpn(registry) : ['h2', 'http/1.1'],
    tls_certificate_sds_secret_configs: [keyCertificateSecret(certificate, nodeMetadata(proxy, 'TLS_SERVER_KEY'))],
    combined_validation_context: {
      default_validation_context: trustDomainValidation(registry),
      validation_context_sds_secret_config: rootCertificateSecret(root),
    },
  };
  applyCompliance(common, registry);
  return { common_tls_context: common, require_client_certificate: true };
}

function tlsParameters(registry: Registry): Message {
  const settings = registry.mesh['meshMTLS'] as { minProtocolVersion?: string; cipherSuites?: string[] } | undefined;
  const parameters: Message = {
    tls_minimum_protocol_version: settings?.minProtocolVersion === 'TLSV1_3' ? 'TLSv1_3' : 'TLSv1_2',
    tls_maximum_protocol_version: 'TLSv1_3',
    cipher_suites: settings?.cipherSuites?.length ? [...settings.cipherSuites] : [...defaultCiphers],
  };
  if (settings?.minProtocolVersion)
    deriveField(parameters, 'tls_minimum_protocol_version', [settings, 'minProtocolVersion']);
  if (settings?.cipherSuites) deriveField(parameters, 'cipher_suites', [settings, 'cipherSuites']);
  return parameters;
}

/** Peers must be of the mesh's trust domains (istiod's `TrustDomainsForValidation`). */
function trustDomainValidation(registry: Registry): Message {
  if (registry.environment.flag('PILOT_SKIP_VALIDATE_TRUST_DOMAIN', false)) return {};
  const { mesh } = registry;
  const matchers = new Map<string, Message>();
  const accept = (domain: string, container: object, ...keys: (string | number)[]): void => {
    if (domain === '' || matchers.has(domain)) return;
    matchers.set(domain, derive({ prefix: `spiffe://${domain}/` }, [container, ...keys]));
  };
  accept(mesh.trustDomain, mesh, 'trustDomain');
  for (const [index, alias] of trustDomainAliases(registry).entries()) accept(alias, mesh, 'trustDomainAliases', index);
  for (const authority of (mesh['caCertificates'] ?? []) as { trustDomains?: string[] }[])
    for (const domain of authority.trustDomains ?? []) accept(domain, authority, 'trustDomains');
  return { match_subject_alt_names: [...matchers.values()] };
}

/** `MeshConfig.trustDomainAliases`: trust domains whose identities count as this mesh's own. */
export function trustDomainAliases(registry: Registry): string[] {
  return (registry.mesh['trustDomainAliases'] ?? []) as string[];
}
