import type { Message } from '../../model/envoy.ts';
import type { Registry } from '../../registry/types.ts';

const fipsCiphers = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];

/**
 * Narrows a `CommonTlsContext` to what istiod's COMPLIANCE_POLICY allows; the last word on any TLS context
 * (istiod's `EnforceCompliance`).
 */
export function applyCompliance(common: Message, registry: Registry): void {
  const policy = registry.environment.text('COMPLIANCE_POLICY', '');
  if (policy === '') return;
  common['tls_params'] ??= {};
  const params = common['tls_params'] as Message;
  switch (policy) {
    case 'fips-140-2': {
      params['tls_minimum_protocol_version'] = 'TLSv1_2';
      params['tls_maximum_protocol_version'] = 'TLSv1_2';
      const ciphers = params['cipher_suites'] as string[] | undefined;
      if (ciphers) params['cipher_suites'] = ciphers.filter((cipher) => fipsCiphers.includes(cipher));
      delete params['ecdh_curves'];
      break;
    }
    case 'fips-140-3':
      params['compliance_policies'] = ['FIPS_202205'];
      break;
    case 'pqc':
      params['tls_minimum_protocol_version'] = 'TLSv1_3';
      params['cipher_suites'] = [...fipsCiphers];
      params['ecdh_curves'] = ['X25519MLKEM768'];
      break;
  }
}
