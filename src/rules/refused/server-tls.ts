import type { Place } from './place.ts';
import { repeated } from './values.ts';

const suites = [
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-RSA-AES256-SHA'],
  ...['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA', 'AES256-SHA', 'DES-CBC3-SHA'],
];
const files = ['serverCertificate', 'privateKey', 'caCertificates'];

/** Refuses faults of the TLS settings of a Gateway's server or a Sidecar's listener (`validateTLSOptions`). */
export function wantServerTls(tls: Place): void {
  if (!tls.isSet) return;
  wantCiphers(tls);
  const mode = tls.at('mode').text || 'PASSTHROUGH';
  const filled = [...files, 'credentialName', 'tlsCertificates', 'credentialNames'].filter((name) =>
    isFilled(tls, name),
  );
  if (mode === 'ISTIO_MUTUAL') {
    for (const name of filled) tls.at(name).refuse("is set, while ISTIO_MUTUAL takes Istio's own", 'drop it.');
    return;
  }
  if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') wantNoCertificates(tls, mode, filled);
  const sources = filled.filter((name) => name.startsWith('credential') || name === 'tlsCertificates');
  if (isFilled(tls, 'serverCertificate') && isFilled(tls, 'privateKey')) sources.push('serverCertificate');
  if (sources.length > 1) tls.at(sources.at(-1) ?? '').refuse(`stands beside ${sources[0]}`, 'keep one of them.');
  if (['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(mode)) {
    if (isFilled(tls, 'credentialName') || isFilled(tls, 'credentialNames')) return;
    wantCertificates(tls, mode);
  }
  const crl = tls.at('caCrl');
  if (crl.text === '') return;
  if (mode === 'SIMPLE') crl.refuse('is set, and SIMPLE verifies no client', 'drop it.');
  if (isFilled(tls, 'credentialName')) crl.refuse('stands beside credentialName', 'put the list into the Secret.');
}

function isFilled(tls: Place, name: string): boolean {
  return tls.at(name).text !== '' || tls.at(name).items.length > 0;
}

function wantCertificates(tls: Place, mode: string): void {
  if (mode !== 'SIMPLE' && tls.at('caCertificates').text === '')
    tls.refuse(`has no caCertificates, which ${mode} wants`, 'write caCertificates, or credentialName.');
  const several = tls.at('tlsCertificates');
  if (several.items.length > 2)
    several.note(
      'has more than two certificates',
      'Envoy takes one of each kind, RSA and ECDSA.',
      'write two at most.',
    );
  for (const certificate of several.items.length > 0 ? several.items : [tls]) {
    const missing = ['serverCertificate', 'privateKey'].filter((name) => certificate.at(name).text === '');
    if (missing.length > 0)
      certificate.refuse(
        `has no ${missing.join(' and no ')}, which ${mode} wants`,
        `write ${missing.join(' and ')}, or credentialName.`,
      );
  }
}

function wantNoCertificates(tls: Place, mode: string, filled: readonly string[]): void {
  for (const name of [...filled, ...(tls.at('caCrl').text === '' ? [] : ['caCrl'])])
    tls
      .at(name)
      .warn(
        `is set, while ${tls.at('mode').isSet ? mode : 'no mode, which is PASSTHROUGH,'} ends no TLS`,
        'the certificates are not used: connections go on to the backend as they are.',
        'set mode: SIMPLE or MUTUAL, or drop it.',
      );
}

function wantCiphers(tls: Place): void {
  const least = tls.at('minProtocolVersion');
  const list = tls.at('cipherSuites').items;
  if (['TLSV1_0', 'TLSV1_1'].includes(least.text) && list.length === 0)
    least.note(
      `is ${least.text}, without cipherSuites`,
      'the default ciphers are none of these versions, so clients that speak only those are refused.',
      'name cipherSuites that the clients know.',
    );
  const isKnown = ({ text }: Place): boolean =>
    text === '' || text === 'ALL' || !/^[\p{L}\p{N}]/u.test(text) || suites.includes(text);
  for (const suite of list)
    if (!isKnown(suite))
      suite.warn(
        `is ${suite.text}, which Envoy does not know`,
        'it is left out.',
        `write some of ${suites.join(', ')}.`,
      );
  for (const again of repeated(list.filter(isKnown), ({ text }) => text))
    again.note(`is ${again.text}, which stands there already`, 'none: it counts once.', 'drop one of them.');
}
