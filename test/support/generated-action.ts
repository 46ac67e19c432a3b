import type { Message } from '../../src/model/envoy.ts';
import { headerMutations } from './generated-headers.ts';
import type { Dice } from './route-requests.ts';

/**
 * An action of any kind. A redirect never has `prefix_rewrite` on a template, for Envoy 1.37 aborts where the path is shorter
 * than the template; nor has a CONNECT route a rewrite, for there may be no path.
 */
export function generatedAction(match: Message, dice: Dice): Message {
  return dice.pick<() => Message>([
    () => ({ route: { cluster: 'one', ...routeOptions(match, dice) } }),
    () => ({ route: { cluster: 'two', ...routeOptions(match, dice) } }),
    () => ({ route: { weighted_clusters: { clusters: weighted(dice) }, ...routeOptions(match, dice) } }),
    () => ({ route: { cluster_header: 'x-cluster', ...routeOptions(match, dice) } }),
    () => ({ route: { cluster: 'missing', ...missingOptions(dice) } }),
    () => ({ direct_response: { status: dice.pick([200, 418, 503]), body: { inline_string: 'no' } } }),
    () => ({ redirect: generatedRedirect(match, dice) }),
  ])();
}

function weighted(dice: Dice): Message[] {
  const entry = (name: string, weight: number): Message => ({
    name,
    weight,
    ...headerMutations(dice, 0.5),
    ...(dice.chance(0.3) ? { host_rewrite_literal: `${name}.entry.example` } : {}),
  });
  return dice.pick([[entry('one', 1)], [entry('one', 100), entry('two', 0)], [entry('one', 50), entry('two', 50)]]);
}

function missingOptions(dice: Dice): Message {
  return dice.pick<Message>([
    {},
    { cluster_not_found_response_code: 'INTERNAL_SERVER_ERROR' },
    { cluster_not_found_response_code: 'NOT_FOUND' },
  ]);
}

const regexRewrite = { pattern: { regex: '/([a-z]+)' }, substitution: '/<\\1>' };

function routeOptions(match: Message, dice: Dice): Message {
  const rewrites: Message[] = [
    {},
    {},
    { prefix_rewrite: '/new' },
    { prefix_rewrite: '/' },
    { regex_rewrite: regexRewrite },
  ];
  const template: string | undefined = match['path_match_policy']?.['typed_config']['path_template'];
  const names = [...(template ?? '').matchAll(/\{(\w+)/g)].map(([, name]) => name);
  const templated = ['/t/fixed', ...names.flatMap((name) => [`/t/{${name}}`, `/{${name}}/x`])].map((rewrite) => ({
    path_rewrite_policy: {
      name: 'envoy.path.rewrite.uri_template.uri_template_rewriter',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig',
        path_template_rewrite: rewrite,
      },
    },
  }));
  return {
    ...(match['connect_matcher']
      ? {}
      : template === undefined
        ? dice.pick(rewrites)
        : dice.pick<Message>([{}, ...templated])),
    ...dice.pick<Message>([
      {},
      {},
      {},
      { host_rewrite_literal: 'other.example' },
      { host_rewrite_header: 'x-user' },
      { host_rewrite_path_regex: { pattern: { regex: '^/([^/?]+)/?.*$' }, substitution: '\\1.path.example' } },
      { auto_host_rewrite: true },
    ]),
    ...(dice.chance(0.1) ? { append_x_forwarded_host: true } : {}),
    ...(dice.chance(0.2) ? { upgrade_configs: upgrades(dice) } : {}),
    ...(dice.chance(0.3) ? { retry_policy: retries(dice) } : {}),
  };
}

function upgrades(dice: Dice): Message[] {
  return dice.pick<Message[]>([
    [{ upgrade_type: 'websocket' }],
    [{ upgrade_type: 'websocket', enabled: false }],
    [{ upgrade_type: 'CONNECT' }],
    [{ upgrade_type: 'SPDY/3.1' }],
  ]);
}

function retries(dice: Dice): Message {
  return {
    retry_on: dice.pick(['5xx', 'gateway-error', 'retriable-4xx,connect-failure', 'retriable-status-codes,reset']),
    num_retries: dice.pick([0, 1, 2]),
    retriable_status_codes: [503, 418],
    retry_back_off: { base_interval: '0.001s', max_interval: '0.002s' },
  };
}

function generatedRedirect(match: Message, dice: Dice): Message {
  return {
    ...dice.pick<Message>([{}, { https_redirect: true }, { scheme_redirect: 'https' }, { scheme_redirect: 'ftp' }]),
    ...dice.pick<Message>([{}, { host_redirect: 'new.example' }]),
    ...dice.pick<Message>([{}, { port_redirect: 8443 }, { port_redirect: 80 }, { port_redirect: 443 }]),
    ...dice.pick<Message>([
      {},
      { path_redirect: '/gone' },
      { path_redirect: '/gone?why=1' },
      { regex_rewrite: regexRewrite },
      ...(match['path_match_policy'] || match['connect_matcher'] ? [] : [{ prefix_rewrite: '/moved' }]),
    ]),
    ...(dice.chance(0.3) ? { strip_query: true } : {}),
    ...(dice.chance(0.5)
      ? { response_code: dice.pick(['FOUND', 'SEE_OTHER', 'TEMPORARY_REDIRECT', 'PERMANENT_REDIRECT']) }
      : {}),
  };
}
