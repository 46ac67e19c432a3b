import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Message } from '../../src/model/envoy.ts';
import { generatedString } from './generated-match.ts';
import type { Dice } from './route-requests.ts';

const http = 'type.googleapis.com/envoy.extensions.filters.http';
const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = {
  keys: [
    { ...own.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256' },
    { ...curve.publicKey.export({ format: 'jwk' }), kid: 'two', alg: 'ES256' },
  ],
};

/** Filters before the router: tokens and policies, as Istio has them. */
export function generatedFilters(dice: Dice): Message[] {
  return [...(dice.chance(0.5) ? [tokens(dice)] : []), ...(dice.chance(0.6) ? [policies(dice)] : [])];
}

function tokens(dice: Dice): Message {
  const provider = (issuer: string): Message => ({
    issuer,
    local_jwks: { inline_string: JSON.stringify(keys) },
    payload_in_metadata: issuer,
    ...(dice.chance(0.4) ? { audiences: ['https://api.example/', 'other'] } : {}),
    ...(dice.chance(0.5) ? { forward: true } : {}),
    ...dice.pick<Message>([
      {},
      {},
      { from_headers: [{ name: 'X-Token', value_prefix: dice.pick(['', 'Key ']) }] },
      { from_params: ['t'] },
      { from_headers: [{ name: 'authorization', value_prefix: 'Bearer ' }], from_cookies: ['c'] },
    ]),
  });
  const names = dice.pick([['a'], ['a', 'b']]);
  const asked = names.map((name): Message => ({ provider_name: name }));
  const rest = dice.pick<Message[]>([[], [{ allow_missing: {} }], [{ allow_missing_or_failed: {} }]]);
  const all = [...asked, ...rest];
  const requires: Message = all.length === 1 ? (all[0] ?? {}) : { requires_any: { requirements: all } };
  return {
    name: 'envoy.filters.http.jwt_authn',
    typed_config: {
      '@type': `${http}.jwt_authn.v3.JwtAuthentication`,
      providers: Object.fromEntries(names.map((name) => [name, provider(`https://${name}.example`)])),
      rules: [...(dice.chance(0.3) ? [{ match: { prefix: '/a' } }] : []), { match: { prefix: '/' }, requires }],
      ...(dice.chance(0.5) ? { bypass_cors_preflight: true } : {}),
    },
  };
}

function policies(dice: Dice): Message {
  const count = Math.floor(dice.next() * 3);
  const named = Array.from({ length: count }, (_, index) => [`p${index}`, policy(dice)]);
  return {
    name: 'envoy.filters.http.rbac',
    typed_config: {
      '@type': `${http}.rbac.v3.RBAC`,
      rules: { action: dice.pick(['ALLOW', 'DENY', 'DENY', 'LOG']), policies: Object.fromEntries(named) },
    },
  };
}

function policy(dice: Dice): Message {
  const some = (make: (dice: Dice) => Message): Message[] =>
    Array.from({ length: 1 + Math.floor(dice.next() * 2) }, () => make(dice));
  return { permissions: some(permission), principals: some(principal) };
}

function permission(dice: Dice, depth = 0): Message {
  const nested = (): Message[] => [permission(dice, depth + 1), permission(dice, depth + 1)];
  const rules: (() => Message)[] = [
    () => ({ any: true }),
    () => ({ url_path: { path: dice.pick<Message>([{ exact: '/a' }, { prefix: '/api' }, { suffix: '/x.html' }]) } }),
    () => ({ header: header(dice) }),
    () => ({ destination_port: 1 }),
    () => ({ destination_port_range: { start: 1, end: 65536 } }),
    () => ({ destination_ip: { address_prefix: '127.0.0.0', prefix_len: 8 } }),
    () => ({ requested_server_name: { exact: 'a' } }),
    () => ({
      uri_template: {
        name: 'template',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
          path_template: dice.pick(['/api/{*}/end', '/{*}/**']).replaceAll('{*}', '*'),
        },
      },
    }),
    () => ({ not_rule: permission(dice, depth + 1) }),
    () => ({ and_rules: { rules: nested() } }),
    () => ({ or_rules: { rules: nested() } }),
  ];
  return dice.pick(depth < 2 ? rules : rules.slice(0, 8))();
}

function principal(dice: Dice, depth = 0): Message {
  const nested = (): Message[] => [principal(dice, depth + 1), principal(dice, depth + 1)];
  const claim = dice.pick(['sub', 'groups']);
  const value: Message = { string_match: dice.pick<Message>([{ exact: 'amy' }, { prefix: 'a' }]) };
  const ids: (() => Message)[] = [
    () => ({ any: true }),
    () => ({ authenticated: {} }),
    () => ({ direct_remote_ip: { address_prefix: '127.0.0.1', prefix_len: dice.pick([8, 32]) } }),
    () => ({ remote_ip: { address_prefix: dice.pick(['192.0.2.0', '10.0.0.0', '127.0.0.0']), prefix_len: 8 } }),
    () => ({ header: header(dice) }),
    () => ({ url_path: { path: { prefix: '/' } } }),
    () => ({
      metadata: {
        filter: 'envoy.filters.http.jwt_authn',
        path: [{ key: dice.pick(['https://a.example', 'https://b.example']) }, { key: claim }],
        value: claim === 'groups' ? { list_match: { one_of: value } } : value,
        ...(dice.chance(0.2) ? { invert: true } : {}),
      },
    }),
    () => ({ not_id: principal(dice, depth + 1) }),
    () => ({ and_ids: { ids: nested() } }),
    () => ({ or_ids: { ids: nested() } }),
  ];
  return dice.pick(depth < 2 ? ids : ids.slice(0, 7))();
}

function header(dice: Dice): Message {
  return {
    name: dice.pick(['x-user', ':method', ':authority', ':path']),
    ...dice.pick<Message>([{ present_match: true }, { string_match: generatedString(dice) }]),
    ...(dice.chance(0.2) ? { invert_match: true } : {}),
  };
}

/** A header, or a part of a query, with a token that is good or not. */
export function generatedToken(dice: Dice, now: number): { headers: [string, string][]; query?: string } {
  const claims: Message = {
    iss: `https://${dice.pick(['a', 'a', 'b', 'c'])}.example`,
    sub: dice.pick(['amy', 'bob']),
    groups: ['x', dice.pick(['amy', 'dev'])],
    exp: now + dice.pick([3600, 3600, 3600, -3600]),
    ...dice.pick<Message>([{}, {}, { nbf: now - 10 }, { nbf: now + 3600 }]),
    ...dice.pick<Message>([{}, { aud: 'api.example' }, { aud: ['x', 'other'] }, { aud: 'x' }]),
  };
  const text = dice.chance(0.1)
    ? dice.pick(['a.b', 'a.b.c', 'nonsense', 'e30.e30.c2ln'])
    : dice.pick([
        () => signed(claims, { alg: 'RS256', kid: 'one' }, own.privateKey),
        () => signed(claims, { alg: 'RS256' }, own.privateKey),
        () => signed(claims, { alg: 'ES256', kid: 'two' }, curve.privateKey),
        () => signed(claims, { alg: 'RS256', kid: 'one' }, stranger.privateKey),
        () => signed(claims, { alg: 'RS256', kid: 'three' }, own.privateKey),
        () => signed(claims, { alg: 'HS256' }, own.privateKey),
      ])();
  return dice.pick<{ headers: [string, string][]; query?: string }>([
    { headers: [['authorization', `Bearer ${text}`]] },
    { headers: [['authorization', `Bearer ${text}`]] },
    { headers: [['authorization', `Basic ${text}`]] },
    { headers: [['x-token', `Key ${text}`]] },
    { headers: [['x-token', text]] },
    { headers: [['cookie', `a=1; c=${text}`]] },
    { headers: [], query: `t=${text}` },
    { headers: [], query: `access_token=${text}` },
  ]);
}

function signed(claims: Message, head: Message, key: KeyObject): string {
  const part = (value: Message): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(head)}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
