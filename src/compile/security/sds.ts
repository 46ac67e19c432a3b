import type { Message } from '../../model/envoy.ts';
import { Unknown } from '../../model/unknown.ts';

/** Where a proxy fetches certificates from (pilot/pkg/security/model/authentication.go, pkg/model/xds). */

const ownCertificate = 'default';
const rootCertificate = 'ROOTCA';

/** A certificate that pilot-agent serves over its socket: the workload's own, or files of the pod. */
export function agentSecret(name: string): Message {
  const config: Message = {
    api_config_source: {
      api_type: 'GRPC',
      transport_api_version: 'V3',
      set_node_on_first_message_only: true,
      grpc_services: [{ envoy_grpc: { cluster_name: 'sds-grpc' } }],
    },
    resource_api_version: 'V3',
  };
  // Without its own identity a proxy must not start, so it waits for these two for ever.
  if (name === ownCertificate || name === rootCertificate) config['initial_fetch_timeout'] = '0s';
  return { name, sds_config: config };
}

/** The workload's own certificate, or the pair of files where both are given. */
export function keyCertificateSecret(certificate: string, key: string): Message {
  return agentSecret(certificate !== '' && key !== '' ? `file-cert:${certificate}~${key}` : ownCertificate);
}

/** The mesh's root certificate, or the file where one is given. */
export function rootCertificateSecret(file: string): Message {
  return agentSecret(file !== '' ? `file-root:${file}` : rootCertificate);
}

/**
 * A certificate by `credentialName` (of a Gateway, a DestinationRule, a Sidecar): istiod serves the Secret over ADS
 * (istiod's `ConstructSdsSecretConfigForCredential`, `ToResourceName`).
 *
 * @param name for the part of the certificate authority with the suffix `-cacert`
 * @returns an `Unknown` for a credential of an external SDS server (`sds://`)
 */
export function credentialSecret(name: string): Message | Unknown {
  if (name === 'builtin://') return agentSecret(ownCertificate);
  if (name === 'builtin://-cacert') return agentSecret(rootCertificate);
  if (name.startsWith('sds://')) return new Unknown('the credential of an external SDS server');
  return { name: resourceName(name), sds_config: { ads: {}, resource_api_version: 'V3' } };
}

function resourceName(name: string): string {
  if (name.startsWith('builtin://')) return ownCertificate;
  if (name.startsWith('invalid://')) return 'invalid://';
  return /^(configmap|kubernetes|kubernetes-gateway):\/\//.test(name) ? name : `kubernetes://${name}`;
}
