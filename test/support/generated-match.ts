import type { Message } from '../../src/model/envoy.ts';
import type { Dice } from './route-requests.ts';

const words = ['a', 'api', 'items', 'v1', 'x-y', 'Shop'];

/** A RouteMatch of any kind. */
export function generatedMatch(dice: Dice): Message {
  const segments = Array.from({ length: 1 + Math.floor(dice.next() * 3) }, () => dice.pick(words));
  const path = `/${segments.join('/')}`;
  const headers = Array.from({ length: Math.floor(dice.next() * 3) }, () => generatedHeader(dice));
  return {
    ...generatedPath(path, dice),
    ...(headers.length > 0 ? { headers } : {}),
    ...(dice.chance(0.3) ? { query_parameters: [generatedParameter(dice)] } : {}),
    ...(dice.chance(0.05) ? { grpc: {} } : {}),
    ...(dice.chance(0.06)
      ? { runtime_fraction: { default_value: { numerator: dice.pick([0, 100]), denominator: 'HUNDRED' } } }
      : {}),
  };
}

function generatedPath(path: string, dice: Dice): Message {
  return dice.pick<Message>([
    { prefix: '/' },
    { prefix: '' },
    { prefix: path },
    { prefix: `${path}/` },
    { prefix: path, case_sensitive: false },
    { path },
    { path: `${path}/` },
    { path, case_sensitive: false },
    { path_separated_prefix: path },
    { path_separated_prefix: path, case_sensitive: false },
    { safe_regex: { regex: `${path}/[0-9]+` } },
    { safe_regex: { regex: `(?i)${path}(/.*)?` } },
    { safe_regex: { regex: `${path}/(?P<id>\\d+|[[:alpha:]]+)/?` } },
    { safe_regex: { regex: `^${path}$` } },
    { safe_regex: { regex: '/\\w+/[^/]*' } },
    { safe_regex: { regex: '.*' } },
    template(`${path}/*`),
    template(`${path}/**`),
    template(`${path}/{id}/end`),
    template(`/*${path}`),
    template(`${path}/{id}`),
    template(`/{first}${path}/{rest=**}`),
    template(`${path}/**/x.html`),
    { connect_matcher: {} },
  ]);
}

function template(text: string): Message {
  return {
    path_match_policy: {
      name: 'envoy.path.match.uri_template.uri_template_matcher',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
        path_template: text,
      },
    },
  };
}

function generatedParameter(dice: Dice): Message {
  return {
    name: dice.pick(['q', 'page']),
    ...dice.pick<Message>([{ present_match: true }, { present_match: false }, { string_match: generatedString(dice) }]),
  };
}

function generatedHeader(dice: Dice): Message {
  const name = dice.pick(['x-user', 'X-Env', ':method', ':authority', ':scheme', ':path', 'cookie', 'host']);
  const value: Message = dice.pick<Message>([
    { present_match: true },
    { present_match: false },
    { string_match: generatedString(dice, name) },
    { string_match: generatedString(dice, name) },
    { range_match: { start: '-5', end: '10' } },
    {},
  ]);
  return {
    name,
    ...value,
    ...(dice.chance(0.25) ? { invert_match: true } : {}),
    ...(dice.chance(0.2) ? { treat_missing_header_as_empty: true } : {}),
  };
}

/** A StringMatcher; `name` is the header that it is for. */
export function generatedString(dice: Dice, name = ''): Message {
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
    { safe_regex: { regex: `(?i:${text})|[a-c]{2,3}\\b.?` } },
  ]);
}
