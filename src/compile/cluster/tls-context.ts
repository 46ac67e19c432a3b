import type { Message } from '../../model/envoy.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import { applyCompliance } from '../security/compliance.ts';
import { agentSecret, credentialSecret } from '../security/sds.ts';
import { type ClusterContext, messageOf } from './context.ts';
import { type ClusterDraft, isHttp2Cluster, protocolOptions } from './draft.ts';
import type { TlsSettings } from './tls-settings.ts';

/** What else decides about certificates. */
export interface TlsContextInputs {
  /** SANs of a ServiceEntry hold for TLS that a rule originates without SANs of its own. */
  serviceEntryNames: readonly string[];
  /** The rule selects workloads, so that `credentialName` may be used on sidecars. */
  ruleHasSelector: boolean;
}

/**
 * `UpstreamTlsContext` of a cluster (istiod's `buildUpstreamClusterTLSContext`). Undefined for DISABLE, for settings
 * that istiod refuses (MUTUAL without key), and for a `credentialName` on sidecars whose rule selects no workloads.
 */
export function upstreamTlsContext(
  context: ClusterContext,
  draft: ClusterDraft,
  tls: TlsSettings,
  inputs: TlsContextInputs,
): Message | undefined {
  const secretOnSidecar = tls.credentialName !== '' && !tls.credentialName.startsWith('configmap://');
  const originates = tls.mode === 'SIMPLE' || tls.mode === 'MUTUAL';
  if (secretOnSidecar && context.proxy.type === 'sidecar' && !inputs.ruleHasSelector && originates) return undefined;
  if (tls.mode === 'DISABLE') return undefined;
  const result =
    tls.mode === 'ISTIO_MUTUAL' ? istioMutualContext(context, draft, tls) : originated(context, draft, tls, inputs);
  if (result) applyCompliance(result['common_tls_context'] as Message, context.registry);
  return result;
}

const contextType = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext';

function commonContext(): Message {
  return { tls_params: { tls_minimum_protocol_version: 'TLSv1_2', tls_maximum_protocol_version: 'TLSv1_3' } };
}

/** Mutual TLS with the workload's own certificate; `istio` in ALPN tells the server that the client is of the mesh. */
function istioMutualContext(context: ClusterContext, draft: ClusterDraft, tls: TlsSettings): Message {
  const common = commonContext();
  common['tls_certificate_sds_secret_configs'] = [agentSecret('default')];
  common['combined_validation_context'] = {
    default_validation_context: sanMatch(tls, tls.subjectAltNames),
    validation_context_sds_secret_config: agentSecret('ROOTCA'),
  };
  const { environment } = context.registry;
  const exchange =
    environment.flag('PILOT_ENABLE_METADATA_EXCHANGE', true) && !environment.flag('PILOT_DISABLE_MX_ALPN', false);
  common['alpn_protocols'] = [
    ...(exchange ? ['istio-peer-exchange'] : []),
    'istio',
    ...(isHttp2Cluster(draft) ? ['h2'] : []),
  ];
  const message: Message = { '@type': contextType, common_tls_context: common };
  const dynamic = draft.dynamicForwardProxy;
  if (tls.sni !== '' || !dynamic) message['sni'] = tls.sni !== '' ? tls.sni : draft.cluster.name;
  if (dynamic && context.behaviour.dynamicDnsMutualTls) applyAutoSni(context, draft, tls);
  return finishContext(message, tls);
}

/** TLS that a rule originates, SIMPLE or MUTUAL (istiod's `constructUpstreamTLS`). */
function originated(
  context: ClusterContext,
  draft: ClusterDraft,
  tls: TlsSettings,
  inputs: TlsContextInputs,
): Message | undefined {
  const mutual = tls.mode === 'MUTUAL';
  const common = commonContext();
  const message: Message = { '@type': contextType, common_tls_context: common };
  if (tls.sni !== '') message['sni'] = tls.sni;
  applyAutoSni(context, draft, tls);
  const names = tls.subjectAltNames.length > 0 ? tls.subjectAltNames : inputs.serviceEntryNames;
  if (tls.credentialName !== '') {
    if (mutual) common['tls_certificate_sds_secret_configs'] = [credentialSecret(tls.credentialName)];
    if (!tls.insecureSkipVerify)
      common['combined_validation_context'] = {
        default_validation_context: sanMatch(tls, names),
        validation_context_sds_secret_config: credentialSecret(`${tls.credentialName}-cacert`),
      };
  } else {
    if (mutual) {
      if (tls.clientCertificate === '' || tls.privateKey === '') return undefined;
      common['tls_certificate_sds_secret_configs'] = [
        agentSecret(`file-cert:${tls.clientCertificate}~${tls.privateKey}`),
      ];
    }
    if (tls.insecureSkipVerify) common['validation_context'] = {};
    else {
      const validation = sanMatch(tls, names);
      if (tls.caCrl !== '') validation['crl'] = { filename: tls.caCrl };
      common['combined_validation_context'] = {
        default_validation_context: validation,
        validation_context_sds_secret_config: agentSecret(`file-root:${tls.caCertificates || 'system'}`),
      };
    }
  }
  applyMeshDefaults(context, common);
  if (isHttp2Cluster(draft)) common['alpn_protocols'] = ['h2'];
  return finishContext(message, tls);
}

/**
 * Without a fixed SNI the request's host is sent and, without fixed names, verified (istiod's
 * `setAutoSniAndAutoSanValidation`). Envoy must be told to accept a dynamic forward proxy that does not do both.
 */
function applyAutoSni(context: ClusterContext, draft: ClusterDraft, tls: TlsSettings): void {
  const dynamic = draft.dynamicForwardProxy;
  const sni = tls.sni === '';
  const verify = (dynamic || (sni && tls.subjectAltNames.length === 0)) && !tls.insecureSkipVerify;
  const strict = context.behaviour.dynamicDnsMutualTls;
  if (dynamic && (tls.insecureSkipVerify || (strict && (!sni || !verify)))) {
    const config = draft.cluster['cluster_type']?.typed_config as Message | undefined;
    if (config) config['allow_insecure_cluster_options'] = true;
  }
  if (!sni && !verify) return;
  const options = protocolOptions(draft);
  options['upstream_http_protocol_options'] = {
    ...(sni ? { auto_sni: true } : {}),
    ...(verify ? { auto_san_validation: true } : {}),
  };
  deriveField(options, 'upstream_http_protocol_options', tls.source);
}

function sanMatch(tls: TlsSettings, names: readonly string[]): Message {
  const message: Message = {};
  if (names.length > 0) message['match_subject_alt_names'] = names.map((exact) => ({ exact }));
  return deriveField(message, 'match_subject_alt_names', tls.sources.subjectAltNames);
}

/** `MeshConfig.tlsDefaults`: curves and ciphers of all TLS that is not mutual TLS of the mesh. */
function applyMeshDefaults(context: ClusterContext, common: Message): void {
  const defaults = messageOf(context.mesh['tlsDefaults']);
  const params = common['tls_params'] as Message;
  for (const [field, key] of [
    ['ecdh_curves', 'ecdhCurves'],
    ['cipher_suites', 'cipherSuites'],
  ] as const) {
    const value = defaults?.[key];
    if (!defaults || !Array.isArray(value) || value.length === 0) continue;
    params[field] = [...value];
    deriveField(params, field, [defaults, key]);
  }
}

function finishContext(message: Message, tls: TlsSettings): Message {
  const common = message['common_tls_context'] as Message;
  if (tls.sources.sni) deriveField(message, 'sni', tls.sources.sni);
  if (tls.mode !== 'ISTIO_MUTUAL' && tls.sources.certificates) {
    for (const field of ['tls_certificate_sds_secret_configs', 'combined_validation_context', 'validation_context'])
      deriveField(common, field, tls.sources.certificates);
  }
  return derive(message, tls.source);
}
