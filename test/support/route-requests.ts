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
    else if (dice.chance(0.8)) headers.push([name, value]);
    if (!name.startsWith(':') && dice.chance(0.1)) headers.push([name, 'second']);
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

const words = ['a', 'api', 'items', 'v1', 'x-y', 'Shop'];

/**
 * A route table with every matcher and action that Istio makes, and some that only EnvoyFilters do. A redirect never has
 * `prefix_rewrite` on a template, for Envoy 1.37 aborts where the path is shorter than the template.
 */
export function generatedTable(dice: Dice): RouteConfiguration {
  const domains = [
    'shop.example',
    'shop.example:8080',
    '*.shop.example',
    '*.eu.shop.example',
    '*-api.example',
    'shop.*',
    'shop.example.*',
    'UPPER.example',
    '10.0.0.1',
    '10.0.0.1:80',
  ];
  const shuffled = domains.filter(() => dice.chance(0.7));
  const groups: string[][] = [];
  for (const domain of shuffled) {
    const last = groups.at(-1);
    if (last && dice.chance(0.3)) last.push(domain);
    else groups.push([domain]);
  }
  if (dice.chance(0.7)) groups.push(['*']);
  return {
    name: 'generated',
    ignore_port_in_host_matching: dice.chance(0.5),
    virtual_hosts: groups.map((names, index) => ({
      name: `host-${index}`,
      domains: names,
      ...(dice.chance(0.06) ? { require_tls: 'ALL' } : {}),
      routes: Array.from({ length: 1 + Math.floor(dice.next() * 8) }, () => generatedRoute(dice)),
    })),
  };
}

function generatedRoute(dice: Dice): Message & { match: Message } {
  const segments = Array.from({ length: 1 + Math.floor(dice.next() * 3) }, () => dice.pick(words));
  const path = `/${segments.join('/')}`;
  const match: Message = dice.pick<Message>([
    { prefix: '/' },
    { prefix: path },
    { prefix: `${path}/` },
    { prefix: path, case_sensitive: false },
    { path },
    { path, case_sensitive: false },
    { path_separated_prefix: path },
    { path_separated_prefix: path, case_sensitive: false },
    { safe_regex: { regex: `${path}/[0-9]+` } },
    { safe_regex: { regex: `(?i)${path}(/.*)?` } },
    {
      path_match_policy: {
        name: 'envoy.path.match.uri_template.uri_template_matcher',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
          path_template: dice.pick([`${path}/*`, `${path}/**`, `${path}/{id}/end`, `/*${path}`]),
        },
      },
    },
  ]);
  const headers = Array.from({ length: Math.floor(dice.next() * 3) }, () => generatedHeader(dice));
  const query = dice.chance(0.3)
    ? [
        {
          name: dice.pick(['q', 'page']),
          ...dice.pick<Message>([
            { present_match: true },
            { present_match: false },
            { string_match: generatedString(dice) },
          ]),
        },
      ]
    : [];
  return {
    match: {
      ...match,
      ...(headers.length > 0 ? { headers } : {}),
      ...(query.length > 0 ? { query_parameters: query } : {}),
    },
    ...generatedAction(match, dice),
  };
}

function generatedHeader(dice: Dice): Message {
  const name = dice.pick(['x-user', 'x-env', ':method', ':authority', ':scheme', 'cookie']);
  const value: Message = dice.pick<Message>([
    { present_match: true },
    { present_match: false },
    { string_match: generatedString(dice, name) },
    { string_match: generatedString(dice, name) },
    { range_match: { start: '1', end: '10' } },
  ]);
  return {
    name,
    ...value,
    ...(dice.chance(0.25) ? { invert_match: true } : {}),
    ...(dice.chance(0.2) ? { treat_missing_header_as_empty: true } : {}),
  };
}

function generatedString(dice: Dice, name = ''): Message {
  const text =
    name === ':method'
      ? dice.pick(['GET', 'POST', 'PUT'])
      : name === ':scheme'
        ? dice.pick(['http', 'https'])
        : dice.pick(['amy', 'bob', '7', 'a b', 'Dev']);
  const fold = dice.chance(0.3) ? { ignore_case: true } : {};
  return dice.pick<Message>([
    { exact: text, ...fold },
    { prefix: text.slice(0, 2) || text, ...fold },
    { suffix: text.slice(-2), ...fold },
    { contains: text, ...fold },
    { safe_regex: { regex: `${text}.*` } },
  ]);
}

function generatedAction(match: Message, dice: Dice): Message {
  const rewrite: Message = match['path_match_policy']
    ? {}
    : dice.pick<Message>([
        {},
        {},
        { prefix_rewrite: '/new' },
        { prefix_rewrite: '/' },
        { regex_rewrite: { pattern: { regex: '/([a-z]+)' }, substitution: '/<\\1>' } },
      ]);
  const host: Message = dice.pick<Message>([
    {},
    {},
    {},
    { host_rewrite_literal: 'other.example' },
    { host_rewrite_header: 'x-user' },
  ]);
  return dice.pick<() => Message>([
    () => ({ route: { cluster: 'one', ...rewrite, ...host } }),
    () => ({ route: { cluster: 'two', ...rewrite } }),
    () => ({
      route: {
        cluster: 'missing',
        ...(dice.chance(0.4) ? { cluster_not_found_response_code: 'INTERNAL_SERVER_ERROR' } : {}),
      },
    }),
    () => ({ direct_response: { status: dice.pick([200, 418, 503]), body: { inline_string: 'no' } } }),
    () => ({
      redirect: {
        ...dice.pick<Message>([{}, { https_redirect: true }, { scheme_redirect: 'https' }]),
        ...dice.pick<Message>([{}, { host_redirect: 'new.example' }]),
        ...dice.pick<Message>([{}, { port_redirect: 8443 }]),
        ...dice.pick<Message>([
          {},
          { path_redirect: '/gone' },
          { path_redirect: '/gone?why=1' },
          ...(match['path_match_policy'] ? [] : [{ prefix_rewrite: '/moved' }]),
        ]),
        ...(dice.chance(0.3) ? { strip_query: true } : {}),
        ...(dice.chance(0.5)
          ? { response_code: dice.pick(['FOUND', 'SEE_OTHER', 'TEMPORARY_REDIRECT', 'PERMANENT_REDIRECT']) }
          : {}),
      },
    }),
  ])();
}

/** Settings of connection managers that change what routes see. */
export function generatedSettings(dice: Dice): Message {
  return {
    normalize_path: dice.chance(0.6),
    merge_slashes: dice.chance(0.4),
    path_with_escaped_slashes_action: dice.pick([
      'KEEP_UNCHANGED',
      'KEEP_UNCHANGED',
      'REJECT_REQUEST',
      'UNESCAPE_AND_REDIRECT',
      'UNESCAPE_AND_FORWARD',
    ]),
    ...(dice.chance(0.2) ? { strip_any_host_port: true } : {}),
    ...(dice.chance(0.5) ? { use_remote_address: true } : { use_remote_address: false }),
  };
}
