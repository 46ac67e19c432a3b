import { constants, createHmac, createPublicKey, verify } from 'node:crypto';
import type { Message } from '../../model/envoy.ts';
import { isObject, type Json, type JsonObject, objects } from '../../model/json.ts';
import { Unpredictable } from '../unpredictable.ts';

/** What becomes of a token: its claims, or why it is refused, in Envoy's words. */
export type TokenResult = { claims: JsonObject } | { status: number; body: string } | Unpredictable;

/** Envoy's words for a token of another issuer. */
export const unknownIssuer = 'Jwt issuer is not configured';

/**
 * Verifies one token against a provider of `jwt_authn.v3`, in Envoy's order: form, issuer, times, audiences, signature
 * with the keys that stand in the configuration.
 *
 * @param now seconds since 1970; undefined where time must not decide
 */
export function verifyToken(token: string, provider: Message, now: number | undefined): TokenResult {
  const [head, body, signature, ...more] = token.split('.');
  if (!head || !body || signature === undefined || more.length > 0)
    return refused('Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections');
  const header = decoded('header', head);
  if (typeof header === 'string') return refused(header);
  const algorithm = header['alg'];
  if (typeof algorithm !== 'string') return refused('Jwt header [alg] field is required and must be a string');
  if (!/^(?:(?:RS|ES|PS|HS)(?:256|384|512)|EdDSA)$/.test(algorithm))
    return refused('Jwt header [alg] is not supported');
  const claims = decoded('payload', body);
  if (typeof claims === 'string') return refused(claims);
  if (!isBase64Url(signature)) return refused('Jwt signature is an invalid Base64url encoded');
  const issuer = provider['issuer'];
  if (issuer && claims['iss'] !== issuer) return refused(unknownIssuer);
  const skew = Number(provider['clock_skew_seconds'] ?? 60);
  if (now === undefined && (claims['exp'] !== undefined || claims['nbf'] !== undefined))
    return new Unpredictable('the time of the request decides whether its token is valid');
  if (now !== undefined && typeof claims['nbf'] === 'number' && now + skew < claims['nbf'])
    return refused('Jwt not yet valid');
  if (now !== undefined && typeof claims['exp'] === 'number' && now > claims['exp'] + skew)
    return refused('Jwt is expired');
  const wanted = (provider['audiences'] ?? []) as string[];
  const audiences = [claims['aud']].flat().map((it) => plainAudience(it));
  if (wanted.length > 0 && !wanted.some((it) => audiences.includes(plainAudience(it))))
    return { status: 403, body: 'Audiences in Jwt are not allowed' };
  const keys = provider['local_jwks']?.['inline_string'];
  if (typeof keys !== 'string')
    return new Unpredictable('the signature of the token is checked with keys that are not in the configuration');
  const fitting = keysOf(keys).filter((jwk) => fits(jwk, header, algorithm));
  if (fitting.length === 0) return refused("Jwks doesn't have key to match kid or alg from Jwt");
  return fitting.some((jwk) => isSignedBy(jwk, algorithm, `${head}.${body}`, signature))
    ? { claims }
    : refused('Jwt verification fails');
}

function refused(body: string): TokenResult {
  return { status: 401, body };
}

/** Envoy compares audiences without scheme and trailing slash. */
function plainAudience(audience: Json | undefined): string {
  return String(audience ?? '')
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
}

/** A section of a token, or why it is none. */
function decoded(name: string, part: string): JsonObject | string {
  if (!isBase64Url(part)) return `Jwt ${name} is an invalid Base64url encoded`;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (isObject(value)) return value as JsonObject;
  } catch {}
  return `Jwt ${name} is an invalid JSON`;
}

/** Spaces are passed over, as absl::WebSafeBase64Unescape does. */
function isBase64Url(text: string): boolean {
  const letters = text.replace(/\s/g, '');
  return /^[A-Za-z0-9_-]*$/.test(letters) && letters.length % 4 !== 1;
}

/** Types of keys by the first two letters of algorithms. */
const keyTypes: Record<string, string> = { RS: 'RSA', PS: 'RSA', ES: 'EC', HS: 'oct', Ed: 'OKP' };

/** Whether a key may have signed a token: neither its name nor its algorithm is another one. */
function fits(jwk: JsonObject, header: JsonObject, algorithm: string): boolean {
  if (header['kid'] && jwk['kid'] && jwk['kid'] !== header['kid']) return false;
  if (jwk['alg'] !== undefined && jwk['alg'] !== algorithm) return false;
  return jwk['kty'] === keyTypes[algorithm.slice(0, 2)];
}

function isSignedBy(jwk: JsonObject, algorithm: string, signed: string, signature: string): boolean {
  try {
    const bytes = Buffer.from(signature, 'base64url');
    const hash = `sha${algorithm.slice(2)}`;
    if (algorithm.startsWith('HS'))
      return createHmac(hash, Buffer.from(String(jwk['k']), 'base64url'))
        .update(signed)
        .digest()
        .equals(bytes);
    const key = createPublicKey({ key: jwk as Record<string, unknown> as never, format: 'jwk' });
    if (algorithm === 'EdDSA') return verify(null, Buffer.from(signed), key, bytes);
    const how = algorithm.startsWith('ES')
      ? { key, dsaEncoding: 'ieee-p1363' as const }
      : algorithm.startsWith('PS')
        ? { key, padding: constants.RSA_PKCS1_PSS_PADDING }
        : key;
    return verify(hash, Buffer.from(signed), how, bytes);
  } catch {
    return false;
  }
}

function keysOf(text: string): JsonObject[] {
  try {
    return objects((JSON.parse(text) as JsonObject)['keys']);
  } catch {
    return [];
  }
}
