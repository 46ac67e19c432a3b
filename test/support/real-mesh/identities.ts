import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files with the certificate of an identity and its key. */
export interface Identity {
  certificate: string;
  key: string;
}

/** The certificates of a mesh, by identity. */
export interface Identities {
  ca: string;
  of(principal: string): Identity;
}

/** Makes a CA in a folder, and with it a certificate for each identity (`spiffe://...`), with the openssl command. */
export function makeIdentities(folder: string, principals: Iterable<string>): Identities {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=mesh');
  const made = new Map<string, Identity>();
  for (const principal of new Set(principals)) {
    const name = `identity-${made.size}`;
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=URI:${principal}`);
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/O=mesh');
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-extfile', `${name}.ext`, '-out', `${name}.crt`);
    made.set(principal, { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) });
  }
  return {
    ca: join(folder, 'ca.crt'),
    of(principal) {
      const found = made.get(principal);
      if (!found) throw new Error(`no certificate was made for ${principal}`);
      return found;
    },
  };
}
