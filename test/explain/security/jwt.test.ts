import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../src/explain/index.ts';
import { judgeTokens } from '../../../src/explain/security/jwt-filter.ts';
import type { Message } from '../../../src/model/envoy.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { privateKey: otherKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256' }] });
const noKey = "Jwks doesn't have key to match kid or alg from Jwt";
const now = 1_800_000_000;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(claims: object, header: object = { alg: 'RS256', kid: 'one' }, key = privateKey): string {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

const provider = (more: Message = {}): Message => ({
  issuer: 'https://id.example',
  local_jwks: { inline_string: keys },
  payload_in_metadata: 'payload',
  ...more,
});
const required = { provider_name: 'p' };
const filter = (more: Message = {}, requires: Message = required): Message => ({
  providers: { p: provider(more) },
  rules: [{ match: { prefix: '/' }, requires }],
});
const good = { iss: 'https://id.example', sub: 'amy', exp: now + 60, scope: 'read write' };
const ask = (config: Message, headers: string[] = [], url = 'http://cart/items', method = 'GET') =>
  judgeTokens(config, readRequest(url, headers, method).http, now);
const bearer = (text: string): string[] => [`Authorization: Bearer ${text}`];

describe('jwt_authn', () => {
  it('takes a token that is signed by a key of the provider, and keeps its claims', () => {
    const result = ask(
      filter({ normalize_payload_in_metadata: { space_delimited_claims: ['scope'] } }),
      bearer(token(good)),
    );
    expect(result.status).toBeUndefined();
    expect(result.metadata).toEqual({ payload: { ...good, scope: ['read', 'write'] } });
    expect(result.request?.headers.has('authorization')).toBe(false);
    expect(ask(filter({ forward: true }), bearer(token(good))).request).toBeUndefined();
  });

  it.each([
    ['another key', token(good, undefined, otherKey), 401, 'Jwt verification fails'],
    ['another issuer', token({ ...good, iss: 'https://other.example' }), 401, 'Jwt issuer is not configured'],
    ['a token that ended', token({ ...good, exp: now - 61 }), 401, 'Jwt is expired'],
    ['a token that begins later', token({ ...good, nbf: now + 61 }), 401, 'Jwt not yet valid'],
    ['no algorithm', token(good, { alg: 'none' }), 401, 'Jwt header [alg] is not supported'],
    ['a key of another name', token(good, { alg: 'RS256', kid: 'two' }), 401, noKey],
    ['an algorithm without a key', token(good, { alg: 'ES256' }), 401, noKey],
    ['letters that are no base64', 'a.b.c', 401, 'Jwt header is an invalid Base64url encoded'],
    ['no JSON', `${part({ alg: 'RS256' })}.e30x.c2ln`, 401, 'Jwt payload is an invalid JSON'],
    ['two sections', 'a.b', 401, 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections'],
  ])('refuses %s', (_, text, status, body) => {
    expect(ask(filter(), bearer(text))).toMatchObject({ status, body });
  });

  it('allows for a minute between clocks, and compares audiences without scheme and slash', () => {
    expect(ask(filter(), bearer(token({ ...good, exp: now - 59, nbf: now + 59 }))).metadata).toBeDefined();
    const audiences = { audiences: ['https://api.example/'] };
    expect(ask(filter(audiences), bearer(token({ ...good, aud: ['x', 'api.example'] }))).metadata).toBeDefined();
    expect(ask(filter(audiences), bearer(token({ ...good, aud: 'x' })))).toMatchObject({
      status: 403,
      body: 'Audiences in Jwt are not allowed',
    });
  });

  it('refuses a request without a token where one is required, and only there', () => {
    expect(ask(filter())).toMatchObject({ status: 401, body: 'Jwt is missing' });
    const anyOf = (last: Message): Message => ({ requires_any: { requirements: [required, last] } });
    expect(ask(filter({}, anyOf({ allow_missing: {} })))).toEqual({});
    expect(ask(filter({}, anyOf({ allow_missing: {} })), bearer('a.b')).status).toBe(401);
    expect(ask(filter({}, anyOf({ allow_missing_or_failed: {} })), bearer('a.b'))).toEqual({});
    expect(ask({ ...filter(), rules: [{ match: { prefix: '/open' } }] }, [], 'http://cart/open')).toEqual({});
  });

  it('finds tokens in the places that the provider names, else in the usual ones', () => {
    const text = token(good);
    expect(ask(filter(), [], `http://cart/?access_token=${text}`).metadata).toBeDefined();
    const named = filter({
      from_headers: [{ name: 'X-Token', value_prefix: 'Key ' }],
      from_params: ['t'],
      from_cookies: ['c'],
    });
    expect(ask(named, [`x-token: Key ${text}`]).metadata).toBeDefined();
    expect(ask(named, [], `http://cart/?a=1&t=${text}`).request?.path).toBe('/?a=1');
    expect(ask(named, [`cookie: a=b; c=${text}`]).metadata).toBeDefined();
    expect(ask(named, bearer(text))).toMatchObject({ status: 401, body: 'Jwt is missing' });
  });

  it('wants every token of a provider good, and tells the last refusal of several providers', () => {
    const twice = filter({ from_params: ['first', 'second'] });
    const url = (first: string, second: string): string => `http://cart/items?first=${first}&second=${second}`;
    expect(ask(twice, [], url(token(good), token(good))).status).toBeUndefined();
    expect(ask(twice, [], url(token(good), 'x')).status).toBe(401);
    expect(ask(twice, [], url('x', token(good))).status).toBe(401);
    const header = (name: string): Message => ({ from_headers: [{ name }] });
    const several = {
      providers: { p: provider(header('a')), q: provider({ ...header('b'), issuer: 'https://q.example' }) },
      rules: [
        { match: { prefix: '/' }, requires: { requires_any: { requirements: [required, { provider_name: 'q' }] } } },
      ],
    };
    const expired = token({ ...good, exp: now - 61 });
    expect(ask(several, [`a: ${expired}`, 'b: x.y']).body).toMatch(/^Jwt is not in the form/);
    expect(ask(several, [`a: ${expired}`, `b: ${token(good)}`]).body).toBe('Jwt is expired');
  });

  it('writes the query anew where it took the token from it', () => {
    const url = `http://cart/items?z=1&a=%20b&t=${token(good)}&k`;
    expect(ask(filter({ from_params: ['t'] }), [], url).request?.path).toBe('/items?a= b&k=&z=1');
    expect(ask(filter({ from_params: ['t'], forward: true }), [], url).request).toBeUndefined();
  });

  it('lets preflights pass where it is told to', () => {
    const headers = ['origin: http://a', 'access-control-request-method: GET'];
    expect(ask({ ...filter(), bypass_cors_preflight: true }, headers, 'http://cart/', 'OPTIONS')).toEqual({});
    expect(ask({ ...filter(), bypass_cors_preflight: true }, headers, 'http://cart/', 'GET').status).toBe(401);
  });

  it('does not guess what keys of a server elsewhere, or the time, decide', () => {
    const remote = { local_jwks: undefined, remote_jwks: { http_uri: { uri: 'https://id.example/keys' } } };
    expect(ask(filter(remote), bearer(token(good))).unpredictable?.reason).toContain('not in the configuration');
    const { unpredictable } = judgeTokens(filter(), readRequest('http://cart/', bearer(token(good))).http, undefined);
    expect(unpredictable?.reason).toContain('the time of the request');
  });
});
