import type { Message, RouteConfiguration } from '../../src/model/envoy.ts';
import { generatedAction } from './generated-action.ts';
import { headerMutations } from './generated-headers.ts';
import { generatedMatch } from './generated-match.ts';
import type { Dice } from './route-requests.ts';

const domains = [
  'shop.example',
  'shop.example:8080',
  '*.shop.example',
  '*.shop.example:8080',
  '*.eu.shop.example',
  '*-api.example',
  '*example',
  'shop.*',
  'shop.example.*',
  's*',
  'UPPER.example',
  'shop.example.',
  '10.0.0.1',
  '10.0.0.1:80',
  '[2001:db8::1]',
  '[2001:db8::1]:8080',
];

/** A route table with every matcher and action that Istio makes, and some that only EnvoyFilters do. */
export function generatedTable(dice: Dice): RouteConfiguration {
  const groups: string[][] = [];
  for (const domain of domains.filter(() => dice.chance(0.6))) {
    const last = groups.at(-1);
    if (last && dice.chance(0.3)) last.push(domain);
    else groups.push([domain]);
  }
  if (dice.chance(0.7) || groups.length === 0) groups.push(['*']);
  return {
    name: 'generated',
    ignore_port_in_host_matching: dice.chance(0.5),
    ...(dice.chance(0.3) ? { most_specific_header_mutations_wins: true } : {}),
    ...headerMutations(dice, 0.3),
    virtual_hosts: groups.map((names, index) => ({
      name: `host-${index}`,
      domains: names,
      ...(dice.chance(0.06) ? { require_tls: dice.pick(['ALL', 'EXTERNAL_ONLY']) } : {}),
      ...headerMutations(dice, 0.2),
      routes: Array.from({ length: 1 + Math.floor(dice.next() * 8) }, () => generatedRoute(dice)),
    })),
  };
}

function generatedRoute(dice: Dice): Message & { match: Message } {
  const match = generatedMatch(dice);
  return { match, ...headerMutations(dice, 0.3), ...generatedAction(match, dice) };
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
    ...dice.pick<Message>([{}, {}, { strip_any_host_port: true }, { strip_matching_host_port: true }]),
    ...(dice.chance(0.2) ? { strip_trailing_host_dot: true } : {}),
    ...(dice.chance(0.5) ? { use_remote_address: true } : { use_remote_address: false }),
    ...(dice.chance(0.2) ? { xff_num_trusted_hops: 1 } : {}),
    ...dice.pick<Message>([
      {},
      { upgrade_configs: [{ upgrade_type: 'websocket' }] },
      { upgrade_configs: [{ upgrade_type: 'websocket', enabled: false }] },
    ]),
  };
}
