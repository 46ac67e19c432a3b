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
 * The cipher suites of a server (of a Gateway or a Sidecar) without those that Envoy would refuse, each once; what begins
 * with an operator is left to Envoy (istiod's `FilterCipherSuites`).
 */
export function filterCipherSuites(suites: readonly string[] | undefined): string[] {
  const known = (suites ?? []).filter(
    (suite) => suite === '' || suite === 'ALL' || !/^[\p{N}\p{L}]/u.test(suite) || supported.has(suite),
  );
  return [...new Set(known)];
}
