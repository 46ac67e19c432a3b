import type { Place } from './place.ts';

const configMap = 'configmap://';

/** Refuses faults of the TLS settings of a client (`ValidateTLS`). */
export function wantClientTls(tls: Place, namespace: string): void {
  if (!tls.isSet) return;
  const mode = tls.at('mode').text;
  const credential = tls.at('credentialName');
  if (credential.text.startsWith(configMap)) {
    const [owner, name] = credential.text.slice(configMap.length).split('/');
    if (!owner || !name || owner !== namespace)
      credential.refuse(
        `is ${credential.text}`,
        `write ${configMap}${namespace}/NAME: it must be of the rule's namespace.`,
      );
  }
  const has = (name: string): boolean => tls.at(name).text !== '';
  const fromCredential = (mode === 'SIMPLE' || mode === 'MUTUAL') && credential.text !== '';
  if (tls.at('insecureSkipVerify').isTrue && (mode === 'SIMPLE' || mode === 'MUTUAL')) {
    const names = ['caCertificates', ...(mode === 'SIMPLE' ? ['credentialName'] : [])].filter(has);
    if (tls.at('subjectAltNames').items.length > 0) names.push('subjectAltNames');
    for (const name of names)
      tls.at(name).refuse('stands beside insecureSkipVerify, with which nothing is verified', 'keep one of them.');
  }
  if (fromCredential) {
    for (const name of ['clientCertificate', 'caCertificates', 'privateKey', 'caCrl'].filter(has))
      tls.at(name).refuse('stands beside credentialName, which brings it', 'keep one of them.');
    return;
  }
  if (mode !== 'MUTUAL') return;
  const missing = ['clientCertificate', 'privateKey'].filter((name) => !has(name));
  if (missing.length > 0)
    tls.refuse(
      `has no ${missing.join(' and no ')}, which mode MUTUAL wants`,
      `write ${missing.join(' and ')}, or credentialName.`,
    );
}
