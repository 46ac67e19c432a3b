import type { Message } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { any } from '../http/typed-config.ts';
import { nodeMetadata } from '../node-metadata.ts';
import { filterCipherSuites } from './cipher-suites.ts';
import { applyCompliance } from './compliance.ts';
import { credentialSecret, keyCertificateSecret, rootCertificateSecret } from './sds.ts';

/** Istio's `ServerTLSSettings` (of a Gateway's server, a Sidecar's ingress listener) as it stands in the resource. */
export type ServerTls = JsonObject & {
  mode?: string;
  credentialName?: string;
  credentialNames?: string[];
  caCertCredentialName?: string;
  serverCertificate?: string;
  privateKey?: string;
  caCertificates?: string;
  caCrl?: string;
  tlsCertificates?: { serverCertificate?: string; privateKey?: string; caCertificates?: string }[];
  subjectAltNames?: string[];
  verifyCertificateSpki?: string[];
  verifyCertificateHash?: string[];
  minProtocolVersion?: string;
  maxProtocolVersion?: string;
  cipherSuites?: string[];
  ecdhCurves?: string[];
  insecureSkipVerify?: boolean;
};

export interface ServerTlsOptions {
  /** HTTP/3 listens over QUIC. */
  quic?: boolean;
  /** A TCP server that terminates ISTIO_MUTUAL also speaks Istio's peer exchange. */
  terminatesTcp?: boolean;
}

/** The transport socket `envoy.transport_sockets.tls` of a filter chain. */
export function tlsTransportSocket(context: Message): Message {
  return derive(
    {
      name: 'envoy.transport_sockets.tls',
      typed_config: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', context),
    },
    context,
  );
}

/** ALPN of TCP servers that speak mutual TLS within the mesh; `istio-peer-exchange` unless istiod leaves it out. */
export function peerExchangeAlpn(registry: Registry): string[] {
  const http = ['h2', 'http/1.1'];
  return registry.environment.flag('PILOT_DISABLE_MX_ALPN', false) ? http : ['istio-peer-exchange', ...http];
}

/**
 * The TLS context of a server that an operator configured (istiod's `BuildListenerTLSContext`). Each leaf is marked with
 * the key of `tls` that it comes from.
 */
export function serverTlsContext(
  tls: ServerTls,
  proxy: Proxy,
  registry: Registry,
  { quic = false, terminatesTcp = false }: ServerTlsOptions = {},
): Message {
  const mode = tls.mode ?? 'PASSTHROUGH';
  const common: Message = { alpn_protocols: quic ? ['h3'] : ['h2', 'http/1.1'] };
  if (mode === 'ISTIO_MUTUAL' && terminatesTcp && !quic) common['alpn_protocols'] = peerExchangeAlpn(registry);
  // Envoy cannot ask for client certificates over QUIC.
  const required = (mode === 'MUTUAL' || mode === 'ISTIO_MUTUAL') && !quic;
  const context: Message = derive({ common_tls_context: common, require_client_certificate: required }, tls);
  deriveField(context, 'require_client_certificate', [tls, 'mode']);
  const validates = required || mode === 'OPTIONAL_MUTUAL';
  if (mode === 'ISTIO_MUTUAL') applyFiles(common, tls, workloadFiles(proxy), validates);
  else if ((tls.credentialNames?.length ?? 0) > 0 || tls.credentialName) applyCredentials(common, tls, mode);
  else applyFiles(common, tls, configuredFiles(tls), validates);
  if (mode === 'SIMPLE' || mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL') applyParameters(common, tls, registry);
  applyCompliance(common, registry);
  return context;
}

interface CertificateFiles {
  pairs: { certificate: string; key: string }[];
  root: string;
}

function workloadFiles(proxy: Proxy): CertificateFiles {
  const certificate = nodeMetadata(proxy, 'TLS_SERVER_CERT_CHAIN');
  return {
    pairs: [{ certificate, key: nodeMetadata(proxy, 'TLS_SERVER_KEY') }],
    root: nodeMetadata(proxy, 'TLS_SERVER_ROOT_CERT'),
  };
}

function configuredFiles(tls: ServerTls): CertificateFiles {
  const certificates = tls.tlsCertificates?.length ? tls.tlsCertificates : [tls];
  return {
    pairs: certificates.map((item) => ({ certificate: item.serverCertificate ?? '', key: item.privateKey ?? '' })),
    root: tls.caCertificates ?? '',
  };
}

/** istiod's `ApplyToCommonTLSContext` */
function applyFiles(common: Message, tls: ServerTls, files: CertificateFiles, validates: boolean): void {
  common['tls_certificate_sds_secret_configs'] = files.pairs.map((pair) =>
    keyCertificateSecret(pair.certificate, pair.key),
  );
  if (!validates) return;
  const validation = subjectAltNames(tls);
  if (tls.caCrl) {
    validation['crl'] = { filename: tls.caCrl };
    deriveField(validation, 'crl', [tls, 'caCrl']);
  }
  if (tls.insecureSkipVerify) acceptUntrusted(validation, tls);
  common['combined_validation_context'] = {
    default_validation_context: validation,
    validation_context_sds_secret_config: rootCertificateSecret(files.root),
  };
}

/** istiod's `ApplyCredentialSDSToServerCommonTLSContext` */
function applyCredentials(common: Message, tls: ServerTls, mode: string): void {
  const several = tls.credentialNames ?? [];
  const names = several.length > 0 ? several : [tls.credentialName ?? ''];
  const source = several.length > 0 ? ([tls, 'credentialNames'] as const) : ([tls, 'credentialName'] as const);
  common['tls_certificate_sds_secret_configs'] = names.map((name) => credentialSecret(name));
  deriveField(common, 'tls_certificate_sds_secret_configs', source);
  if (mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL') {
    const validation = subjectAltNames(tls);
    for (const [field, key] of [
      ['verify_certificate_spki', 'verifyCertificateSpki'],
      ['verify_certificate_hash', 'verifyCertificateHash'],
    ] as const) {
      if (!tls[key]?.length) continue;
      validation[field] = [...tls[key]];
      deriveField(validation, field, [tls, key]);
    }
    if (tls.insecureSkipVerify) acceptUntrusted(validation, tls);
    const authority = tls.caCertCredentialName || `${names[0]}-cacert`;
    const combined: Message = {
      default_validation_context: validation,
      validation_context_sds_secret_config: credentialSecret(authority),
    };
    const authoritySource = tls.caCertCredentialName ? ([tls, 'caCertCredentialName'] as const) : source;
    deriveField(combined, 'validation_context_sds_secret_config', authoritySource);
    common['combined_validation_context'] = combined;
  } else if (tls.subjectAltNames?.length) {
    common['validation_context'] = subjectAltNames(tls);
  }
}

function subjectAltNames(tls: ServerTls): Message {
  const validation: Message = {};
  if (!tls.subjectAltNames?.length) return validation;
  validation['match_subject_alt_names'] = tls.subjectAltNames.map((name, index) =>
    derive({ exact: name }, [tls, 'subjectAltNames', index]),
  );
  return deriveField(validation, 'match_subject_alt_names', [tls, 'subjectAltNames']);
}

function acceptUntrusted(validation: Message, tls: ServerTls): void {
  validation['trust_chain_verification'] = 'ACCEPT_UNTRUSTED';
  deriveField(validation, 'trust_chain_verification', [tls, 'insecureSkipVerify']);
}

/** The mesh's `tlsDefaults`, then what the server itself says (`applyDownstreamTLSDefaults`, `applyServerTLSSettings`). */
function applyParameters(common: Message, tls: ServerTls, registry: Registry): void {
  const parameters: Message = {};
  const set = (field: string, value: unknown, container: object, key: string): void => {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return;
    parameters[field] = value;
    deriveField(parameters, field, [container, key]);
  };
  const defaults = registry.mesh['tlsDefaults'] as ServerTls | undefined;
  if (defaults) {
    set('ecdh_curves', defaults.ecdhCurves, defaults, 'ecdhCurves');
    set('cipher_suites', defaults.cipherSuites, defaults, 'cipherSuites');
    const minimum = protocolVersion(defaults.minProtocolVersion);
    const misread = behaviour(registry).meshTlsDefaultsMisread && minimum;
    const emitted = misread ? (minimum === 'TLSv1_2' ? 'TLSv1_0' : 'TLSv1_1') : minimum;
    set('tls_minimum_protocol_version', emitted, defaults, 'minProtocolVersion');
  }
  set('tls_minimum_protocol_version', protocolVersion(tls.minProtocolVersion), tls, 'minProtocolVersion');
  set('ecdh_curves', behaviour(registry).serverEcdhCurves ? tls.ecdhCurves : undefined, tls, 'ecdhCurves');
  set('cipher_suites', filterCipherSuites(tls.cipherSuites), tls, 'cipherSuites');
  set('tls_maximum_protocol_version', protocolVersion(tls.maxProtocolVersion), tls, 'maxProtocolVersion');
  if (Object.keys(parameters).length > 0) common['tls_params'] = parameters;
}

/** Istio's `TLSV1_2` is Envoy's `TLSv1_2`; TLS_AUTO is no setting. */
function protocolVersion(value: string | undefined): string | undefined {
  return value?.startsWith('TLSV1_') ? value.replace('TLSV', 'TLSv') : undefined;
}
