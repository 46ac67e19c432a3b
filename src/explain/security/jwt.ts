import { createPublicKey, verify } from 'node:crypto';
import type { Message } from '../../model/envoy.ts';
import { isObject, type Json, type JsonObject, objects } from '../../model/json.ts';
import { Unpredictable } from '../unpredictable.ts';

/** What becomes of a token: its claims, or why it is refused, in Envoy's words. */
export type TokenResult = { claims: JsonObject } | { status: number; body: string } | Unpredictable;

/**
 * Verifies one token against a provider of `jwt_authn.v3`, in Envoy's order: form, issuer, times, audiences, signature
 * with the keys that stand in the configuration.
 *
 * @param now seconds since 1970; undefined where time must not decide
 */
export function verifyToken(token: string, provider: Message, now: number | undefined): TokenResult {
  const [head, body, signature, ...more] = token.split('.');
  if (!head || !body || signature === undefined || more.length > 0)
    return { status: 401, body: 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections' };
  const header = decoded(head);
  if (!header) return { status: 401, body: 'Jwt header is an invalid JSON' };
  const claims = decoded(body);
  if (!claims) return { status: 401, body: 'Jwt payload is an invalid JSON' };
  const issuer = provider['issuer'];
  if (issuer && claims['iss'] !== issuer) return { status: 401, body: 'Jwt issuer is not configured' };
  const skew = Number(provider['clock_skew_seconds'] ?? 60);
  if (now === undefined && (claims['exp'] !== undefined || claims['nbf'] !== undefined))
    return new Unpredictable('the time of the request decides whether its token is valid');
  if (now !== undefined && typeof claims['nbf'] === 'number' && now + skew < claims['nbf'])
    return { status: 401, body: 'Jwt not yet valid' };
  if (now !== undefined && typeof claims['exp'] === 'number' && now > claims['exp'] + skew)
    return { status: 401, body: 'Jwt is expired' };
  const wanted = (provider['audiences'] ?? []) as string[];
  const audiences = [claims['aud']].flat().map((it) => plainAudience(it));
  if (wanted.length > 0 && !wanted.some((it) => audiences.includes(plainAudience(it))))
    return { status: 403, body: 'Audiences in Jwt are not allowed' };
  const keys = provider['local_jwks']?.['inline_string'];
  if (typeof keys !== 'string')
    return new Unpredictable('the signature of the token is checked with keys that are not in the configuration');
  return signedBy(keys, header, `${head}.${body}`, signature)
    ? { claims }
    : { status: 401, body: 'Jwt verification fails' };
}

/** Envoy compares audiences without scheme and trailing slash. */
function plainAudience(audience: Json | undefined): string {
  return String(audience ?? '')
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
}

function decoded(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function signedBy(keySet: string, header: JsonObject, signed: string, signature: string): boolean {
  const algorithm = String(header['alg']);
  const hash = /^(?:RS|ES|PS)(256|384|512)$/.exec(algorithm)?.[1];
  if (hash === undefined) return false;
  return keysOf(keySet).some((jwk) => {
    if (header['kid'] !== undefined && jwk['kid'] !== undefined && jwk['kid'] !== header['kid']) return false;
    try {
      const key = createPublicKey({ key: jwk as Record<string, unknown> as never, format: 'jwk' });
      const how = algorithm.startsWith('ES')
        ? { key, dsaEncoding: 'ieee-p1363' as const }
        : algorithm.startsWith('PS')
          ? { key, padding: 6 }
          : key;
      return verify(`sha${hash}`, Buffer.from(signed), how, Buffer.from(signature, 'base64url'));
    } catch {
      return false;
    }
  });
}

function keysOf(text: string): JsonObject[] {
  try {
    return objects((JSON.parse(text) as JsonObject)['keys']);
  } catch {
    return [];
  }
}
