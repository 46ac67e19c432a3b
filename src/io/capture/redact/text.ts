/** Stands in place of what was taken out. The same for every secret: nothing can be learnt from it. */
export const redacted = '[redacted]';

/**
 * Names of fields, variables and headers whose value is a credential, whole or as the last word: `password`,
 * `accessToken`, `REDIS_AUTH_PASSWORD`, `x-api-key`. Of words such as `token_path` the last one decides.
 */
const secretName =
  /(?:^|[._\-\s]|(?<=[a-z0-9]))(?:passwords?|passwd|passphrase|pwd|secrets?|tokens?|credentials?|private[_-]?keys?|api[_-]?keys?|access[_-]?keys?|secret[_-]?keys?|encryption[_-]?keys?|hmac[_-]?keys?|inline[_-]?keys?)$/i;
const secretHeader = /^(?:authorization|proxy-authorization|cookie|set-cookie)$/i;

/** Whether a field, variable or header of this name holds a credential. */
export function namesSecret(name: string): boolean {
  return secretName.test(name) || secretHeader.test(name);
}

const pem = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;
/** RFC 7519: three parts, the first of which begins with `{"` in base64url. */
const jwt = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g;
/** RFC 7235 credentials. Words of prose follow `basic` and `token` too: what is one has neither digits nor capitals in it. */
const scheme =
  /\b(?:[Bb]earer|BEARER) [\w\-.~+/]{6,}=*|\b(?:[Bb]asic|BASIC|[Tt]oken|[Aa]pi-?[Kk]ey) (?=\S*(?:\d|[a-z][A-Z]|=))[\w\-.~+/]{8,}=*/g;
const userInfo = /\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*):[^\s/@"']+@/gi;
/** A member of JSON that stands inside a text, as Wasm plugins' configuration does; the text keeps its layout. */
const member = /("([^"\\]{1,80})"\s*:\s*)"(?!%[^%"]+%")(?:[^"\\]|\\.)+"/g;
/** RFC 7518: what makes a JSON Web Key private or symmetric. */
const jwkMember = /("(?:d|p|q|dp|dq|qi|k)"\s*:\s*)"[\w-]{16,}={0,2}"/g;
const base64 = /^(?:[A-Za-z0-9+/]{4}){12,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A text without private keys, tokens, `user:password@` of addresses, and secret members of JSON inside it. */
export function redactText(text: string): string {
  if (text.length < 8) return text;
  // Most texts are names and numbers.
  let result = text;
  if (text.includes('PRIVATE KEY')) result = result.replace(pem, redacted);
  if (text.includes('eyJ')) result = result.replace(jwt, redacted);
  if (text.includes('://')) result = result.replace(userInfo, `$1:${redacted}@`);
  if (/(?:bearer|basic|token|api-?key) /i.test(text))
    result = result.replace(scheme, (found) => `${found.slice(0, found.indexOf(' '))} ${redacted}`);
  if (text.includes('":') || /"\s+:/.test(text)) {
    result = result.replace(member, (whole, start: string, name: string) =>
      namesSecret(name) ? `${start}"${redacted}"` : whole,
    );
    if (text.includes('"kty"')) result = result.replace(jwkMember, `$1"${redacted}"`);
  }
  if (base64.test(text) && /PRIVATE KEY/.test(Buffer.from(text, 'base64').toString('latin1'))) return redacted;
  return result;
}
