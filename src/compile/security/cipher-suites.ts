import { standsFor } from '../../model/provenance.ts';
import type { ServerTls } from './downstream-tls.ts';

const supported = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
]);

/**
 * TLS settings without the cipher suites that Envoy would refuse, each once; what begins with an operator is left to
 * Envoy (istiod's `FilterCipherSuites`).
 */
export function filterCipherSuites(tls: ServerTls): ServerTls {
  if (!tls.cipherSuites?.length) return tls;
  const known = tls.cipherSuites.filter(
    (suite) => suite === '' || suite === 'ALL' || !/^[\p{N}\p{L}]/u.test(suite) || supported.has(suite),
  );
  return standsFor({ ...tls, cipherSuites: [...new Set(known)] }, tls);
}
