import type { Message, RouteConfiguration } from '../../src/model/envoy.ts';
import { objects } from '../../src/model/json.ts';

/** A seeded source of choices, so that a failure can be played again. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T;
  }

  chance(part: number): boolean {
    return this.next() < part;
  }
}

export interface Sent {
  method: string;
  path: string;
  headers: [string, string][];
}

/** What clients send besides: upgrades, preflights, forwarded headers. */
const unusual: readonly [string, string][][] = [
  [
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
  ],
  [
    ['connection', 'keep-alive, upgrade'],
    ['upgrade', 'WebSocket'],
  ],
  [
    ['connection', 'Upgrade'],
    ['upgrade', 'spdy/3.1'],
  ],
  [['upgrade', 'websocket']],
  [['x-forwarded-for', '192.0.2.7, 10.1.2.3']],
  [['x-forwarded-proto', 'https']],
  [['content-type', 'application/grpc']],
];

const methods = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'];

/** A request that is likely to come near one of a table's routes, and often just past it. */
export function nearRequest(routes: RouteConfiguration, dice: Dice): Sent {
  const host = dice.pick(routes.virtual_hosts ?? []);
  const route = dice.pick(host?.routes ?? [{ match: {} }]);
  const match: Message = dice.chance(0.9) ? (route?.match ?? {}) : {};
  const headers: [string, string][] = [['host', authorityNear(dice.pick(host?.domains ?? ['a']), dice)]];
  let method = dice.pick(methods);
  for (const it of objects(match['headers'])) {
    const name = String(it['name']);
    const value = valueNear((it['string_match'] ?? {}) as Message, dice);
    if (name === ':method') {
      if (/^[A-Z]+$/.test(value)) method = value === 'HEAD' || value === 'CONNECT' ? 'GET' : value;
    } else if (name === ':authority') headers[0] = ['host', value || 'a'];
    else if (name === ':scheme') headers.push(['x-forwarded-proto', value || 'https']);
    else if (name.startsWith(':')) continue;
    else if (dice.chance(0.8)) headers.push([name, value]);
    if (!name.startsWith(':') && dice.chance(0.1)) headers.push([name, 'second']);
  }
  if (match['grpc'] && dice.chance(0.7))
    headers.push(['content-type', dice.pick(['application/grpc', 'application/grpc+proto', 'application/grpcx'])]);
  if (dice.chance(0.2)) headers.push(['x-user', dice.pick(['amy', 'two.example', ''])]);
  if (dice.chance(0.1)) headers.push(['x-cluster', dice.pick(['one', 'two', 'nowhere'])]);
  if (dice.chance(0.15)) headers.push(...dice.pick(unusual));
  if (dice.chance(0.08)) headers.push(['x-answer', dice.pick(['503', '409', '418', '504'])]);
  if (match['connect_matcher'] || dice.chance(0.01)) {
    const target = /:\d+$/.test(headers[0]?.[1] ?? '') ? String(headers[0]?.[1]) : `${headers[0]?.[1]}:80`;
    const plain = /^([\w.-]+|\[[\da-fA-F:]+\]):\d+$/.test(target);
    if (plain) headers[0] = ['host', target];
    // A tunnel that also asks for an upgrade is no HTTP, and the client of these tests loses the answer's headers.
    const upgrades = headers.some(([name]) => name === 'upgrade');
    if (plain && !upgrades && dice.chance(0.8)) return { method: 'CONNECT', path: target, headers };
  }
  return { method, path: pathNear(match, dice) + queryNear(match, dice), headers };
}

function authorityNear(domain: string, dice: Dice): string {
  let name = domain.replace(/^\*(?=.)/, dice.pick(['x', 'a.b', ''])).replace(/\*$/, dice.pick(['x', 'x.y', '1']));
  if (name === '') name = 'none.example';
  if (dice.chance(0.15)) name = name.toUpperCase();
  const port = dice.pick(['drop', 'add', '', '', '', '', '']);
  if (port === 'drop') name = name.replace(/:\d+$/, '');
  else if (port === 'add' && !/:\d+$/.test(name)) name += dice.pick([':80', ':8080', ':443']);
  return dice.chance(0.05) ? `no-${name}` : name;
}

function pathNear(match: Message, dice: Dice): string {
  const template = match['path_match_policy']?.['typed_config']?.['path_template'];
  const base: string =
    match['path'] ??
    match['prefix'] ??
    match['path_separated_prefix'] ??
    template?.replace(/\*+|\{[^}]*\}/g, () => dice.pick(['one', 'a/b', ''])) ??
    fromRegex(match['safe_regex']?.['regex'] ?? '/', dice);
  const changes: ((path: string) => string)[] = [
    (path) => path,
    (path) => path,
    (path) => `${path}/`,
    (path) => `${path}x`,
    (path) => `${path}/sub/x.html`,
    (path) => path.slice(0, -1),
    (path) => path.toUpperCase(),
    (path) => path.replace('/', '//'),
    (path) => `/./${path.slice(1)}`,
    (path) => `/up/..${path}`,
    (path) => `/up/%2e%2E${path}`,
    (path) => path.replace(/\/(?=.)/g, '%2F').replace(/^%2F/, '/'),
    (path) => `${path}%5Cend`,
    (path) => path.replace('a', '%61'),
    (path) => `${path}/a%20b+c~d;e=1,@:!$&'()*`,
    (path) => `${path}/{b}|^[c]"<>\``,
    (path) => `${path}/%zz%`,
    (path) => path.replace(/\//g, '\\').replace(/^\\/, '/'),
  ];
  const path = dice.pick(changes)(base);
  return path.startsWith('/') ? path : `/${path}`;
}

/** Text that a simple regular expression is likely to match. */
function fromRegex(pattern: string, dice: Dice): string {
  return pattern
    .replace(/^\^|\$$/g, '')
    .replace(/\(\?[a-zA-Z]+\)|\(\?:|\(\?P<[^>]*>/g, '(')
    .replace(/\(([^()|]*)(\|[^()]*)?\)/g, '$1')
    .replace(/\[[^\]]*\][+*]?/g, () => dice.pick(['a', '7', 'abc']))
    .replace(/\\d(\{[^}]*\}|[+*])?/g, () => dice.pick(['1', '42']))
    .replace(/\.[*+]/g, () => dice.pick(['x', 'x/y', '']))
    .replace(/\\(.)/g, '$1')
    .replace(/[?+*]/g, '');
}

function queryNear(match: Message, dice: Dice): string {
  const parts: string[] = [];
  for (const it of objects(match['query_parameters'])) {
    if (dice.chance(0.15)) continue;
    const value = valueNear((it['string_match'] ?? {}) as Message, dice);
    parts.push(dice.chance(0.1) ? String(it['name']) : `${it['name']}=${encodeURI(value)}`);
    if (dice.chance(0.1)) parts.push(`${it['name']}=again`);
  }
  if (dice.chance(0.2)) parts.push('other=1');
  return parts.length > 0 ? `?${parts.join('&')}` : dice.chance(0.05) ? '?' : '';
}

function valueNear(match: Message, dice: Dice): string {
  const base: string =
    match['exact'] ??
    match['prefix'] ??
    match['suffix'] ??
    match['contains'] ??
    fromRegex(match['safe_regex']?.['regex'] ?? 'v', dice);
  const clean = base.replace(/[^\u0020-\u007e]/g, '');
  return dice.pick([clean, clean, clean, `${clean}x`, `x${clean}`, clean.toUpperCase(), clean.slice(1)]).trim();
}
