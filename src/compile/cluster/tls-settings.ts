import type { JsonObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import type { EffectiveMtls } from '../security/peer-authentication.ts';
import type { ClusterContext } from './context.ts';

type TlsMode = 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';

/** `ClientTLSSettings` in force for a cluster, with the source of each field. */
export interface TlsSettings {
  mode: TlsMode;
  sni: string;
  subjectAltNames: string[];
  credentialName: string;
  caCertificates: string;
  clientCertificate: string;
  privateKey: string;
  caCrl: string;
  insecureSkipVerify: boolean;
  /** Chosen by auto-mTLS, not by a rule: endpoints then decide one by one. */
  automatic: boolean;
  /** What decided on TLS. */
  source: Source;
  sources: Partial<Record<'sni' | 'subjectAltNames' | 'certificates', Source>>;
}

/** What a cluster's TLS depends on besides the rule. */
export interface TlsInputs {
  /** Identities of the service's workloads, and where they come from. */
  serviceAccounts: readonly string[];
  /** SNI for traffic within the mesh; '' for dynamic forward proxies, which take the request's host. */
  sni: string;
  meshExternal: boolean;
  /** The mode that the service's side accepts; undefined where it cannot be told (external services). */
  serverMode: EffectiveMtls | undefined;
}

/**
 * The TLS settings of an outbound cluster (istiod's `buildUpstreamTLSSettings`): the rule's; without one auto-mTLS for
 * services of the mesh, unless the server side's PeerAuthentication disables it. Undefined: plain text.
 */
export function tlsSettings(
  context: ClusterContext,
  rule: JsonObject | undefined,
  inputs: TlsInputs,
): TlsSettings | undefined {
  if (!rule) return automaticTls(context, inputs);
  const own = ruleSettings(rule);
  if (own.mode === 'DISABLE' || own.mode === 'SIMPLE') return own;
  if (context.certificates) {
    const prefersRule = context.registry.environment.flag('PREFER_DESTINATIONRULE_TLS_FOR_EXTERNAL_SERVICES', true);
    return inputs.meshExternal && prefersRule ? own : withMetadataCertificates(context, own);
  }
  if (own.mode !== 'ISTIO_MUTUAL') return own;
  const mutual = istioMutual(inputs, rule, false);
  if (own.sni !== '') mutual.sni = own.sni;
  if (own.subjectAltNames.length > 0) mutual.subjectAltNames = own.subjectAltNames;
  mutual.insecureSkipVerify = own.insecureSkipVerify;
  mutual.source = own.source;
  mutual.sources = own.sources;
  return mutual;
}

function automaticTls(context: ClusterContext, inputs: TlsInputs): TlsSettings | undefined {
  if (inputs.meshExternal || context.mesh['enableAutoMtls'] === false) return undefined;
  if (!inputs.serverMode || inputs.serverMode.mode === 'DISABLE') return undefined;
  const settings = istioMutual(inputs, inputs.serverMode.source, true);
  return context.certificates ? withMetadataCertificates(context, settings) : settings;
}

function istioMutual(inputs: TlsInputs, source: Source, automatic: boolean): TlsSettings {
  return {
    ...nothing,
    mode: 'ISTIO_MUTUAL',
    sni: inputs.sni,
    subjectAltNames: [...inputs.serviceAccounts],
    automatic,
    source,
    sources: {},
  };
}

/** MUTUAL with the files that the proxy brings along, as before SDS. */
function withMetadataCertificates(context: ClusterContext, settings: TlsSettings): TlsSettings {
  const { certChain, key, rootCert } = context.certificates ?? { certChain: '', key: '', rootCert: '' };
  return {
    ...settings,
    mode: 'MUTUAL',
    credentialName: '',
    caCrl: '',
    caCertificates: rootCert,
    clientCertificate: certChain,
    privateKey: key,
  };
}

const nothing = {
  sni: '',
  subjectAltNames: [] as string[],
  credentialName: '',
  caCertificates: '',
  clientCertificate: '',
  privateKey: '',
  caCrl: '',
  insecureSkipVerify: false,
  automatic: false,
};

/** `ClientTLSSettings` as a rule, or the mesh, writes it. */
export function ruleSettings(rule: JsonObject): TlsSettings {
  const text = (key: string): string => (typeof rule[key] === 'string' ? (rule[key] as string) : '');
  const mode = text('mode');
  const names = rule['subjectAltNames'];
  const certificates = text('credentialName') !== '' ? 'credentialName' : 'caCertificates';
  return {
    ...nothing,
    mode: mode === 'SIMPLE' || mode === 'MUTUAL' || mode === 'ISTIO_MUTUAL' ? mode : 'DISABLE',
    sni: text('sni'),
    subjectAltNames: Array.isArray(names) ? names.map(String) : [],
    credentialName: text('credentialName'),
    caCertificates: text('caCertificates'),
    clientCertificate: text('clientCertificate'),
    privateKey: text('privateKey'),
    caCrl: text('caCrl'),
    insecureSkipVerify: rule['insecureSkipVerify'] === true,
    source: [rule, 'mode'],
    sources: {
      ...(text('sni') === '' ? {} : { sni: [rule, 'sni'] as const }),
      ...(Array.isArray(names) ? { subjectAltNames: [rule, 'subjectAltNames'] as const } : {}),
      certificates: [rule, certificates],
    },
  };
}
