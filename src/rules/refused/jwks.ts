import { isObject } from '../../model/json.ts';

/** Fields that a key of each type must have, all of them coded in base64 but `crv`. */
const needed: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
  ['oct', ['k']],
]);
const texts = ['alg', 'kid', 'use', 'x5t', 'x5t#S256', 'x5u'];
const base64 = /^[-A-Za-z0-9+/_]*={0,2}$/;

/** The keys of a JWKS, or the one of a single JWK (RFC 7517), as istiod reads them; undefined where it cannot. */
export function keysIn(text: string): Record<string, unknown>[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const keys = 'keys' in value ? (value['keys'] ?? []) : [value];
  return Array.isArray(keys) && keys.every(isKey) ? keys : undefined;
}

/** Whether a key can sign. */
export function isPrivateKey(key: Record<string, unknown>): boolean {
  return 'd' in key || key['kty'] === 'oct';
}

function isKey(key: unknown): key is Record<string, unknown> {
  if (!isObject(key)) return false;
  const names = needed.get(key['kty']);
  if (!names || !texts.every((name) => key[name] === undefined || typeof key[name] === 'string')) return false;
  const coded = [...names, ...('d' in key ? ['d'] : [])];
  return coded.every((name) => {
    const value = key[name];
    return (
      typeof value === 'string' && (name === 'crv' || (base64.test(value) && value.replace(/=+$/, '').length % 4 !== 1))
    );
  });
}
