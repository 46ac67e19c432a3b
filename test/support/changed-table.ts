import type { Message, Route, RouteConfiguration, VirtualHost } from '../../src/model/envoy.ts';
import { generatedAction } from './generated-action.ts';
import { generatedMatch, generatedString } from './generated-match.ts';
import type { Dice } from './route-requests.ts';

/** A match that a client of curl can meet: no CONNECT, no chance. */
function curlMatch(dice: Dice): Message {
  for (;;) {
    const match = generatedMatch(dice);
    if (!match['connect_matcher'] && !match['runtime_fraction']) return match;
  }
}

/** The table without what curl cannot ask for. */
export function forCurl(table: RouteConfiguration, dice: Dice): RouteConfiguration {
  const copy = structuredClone(table);
  for (const host of copy.virtual_hosts ?? [])
    for (const route of host.routes ?? []) {
      const { match } = route;
      if (match['connect_matcher'] || match['runtime_fraction']) replaceMatch(route, dice);
    }
  return copy;
}

function generatedRoute(dice: Dice): Route {
  const match = curlMatch(dice);
  return { match, ...generatedAction(match, dice) };
}

/** The table after one to three edits, as people make them. */
export function changedTable(table: RouteConfiguration, dice: Dice): RouteConfiguration {
  const copy = structuredClone(table);
  for (let count = 1 + Math.floor(dice.next() * 3); count > 0; count--) edit(copy, dice);
  return copy;
}

function edit(table: RouteConfiguration, dice: Dice): void {
  const host = dice.pick(table.virtual_hosts ?? []) as VirtualHost;
  const routes = (host.routes ??= []);
  const at = Math.floor(dice.next() * routes.length);
  const route = routes[at];
  const edits: (() => void)[] = [
    () => routes.splice(at, 1),
    () => routes.splice(at, 0, generatedRoute(dice)),
    () => routes.push(generatedRoute(dice)),
    () => routes.splice(Math.floor(dice.next() * routes.length), 0, ...routes.splice(at, 1)),
    () => route && editMatch(route.match, dice),
    () => route && editMatch(route.match, dice),
    () => route && replaceMatch(route, dice),
    () => route && replaceAction(route, dice),
    () => host.domains.length > 1 && host.domains.pop(),
    () => {
      table.virtual_hosts = (table.virtual_hosts ?? []).filter((it) => it !== host);
    },
  ];
  dice.pick(edits)();
  if (table.virtual_hosts?.length === 0)
    table.virtual_hosts = [{ name: 'left', domains: ['*'], routes: [generatedRoute(dice)] }];
}

function replaceMatch(route: Route, dice: Dice): void {
  route.match = curlMatch(dice);
  replaceAction(route, dice);
}

function replaceAction(route: Route, dice: Dice): void {
  for (const field of ['route', 'redirect', 'direct_response']) delete route[field];
  Object.assign(route, generatedAction(route.match, dice));
}

/** One thing that a match says becomes another. */
function editMatch(match: Message, dice: Dice): void {
  const headers: Message[] = match['headers'] ?? [];
  const header = headers.length > 0 ? dice.pick(headers) : undefined;
  const parameter: Message | undefined = match['query_parameters']?.[0];
  const path = match['path'] ?? match['prefix'] ?? match['path_separated_prefix'];
  const edits: (() => void)[] = [];
  if (header) {
    edits.push(() => {
      match['headers'] = headers.filter((it) => it !== header);
    });
    edits.push(() => {
      header['invert_match'] = header['invert_match'] !== true;
    });
    if (header['string_match'])
      edits.push(() => {
        header['string_match'] = generatedString(dice, header['name']);
      });
  }
  if (parameter) {
    edits.push(() => delete match['query_parameters']);
    if (parameter['string_match'])
      edits.push(() => {
        parameter['string_match'] = generatedString(dice);
      });
  }
  // A rewrite's length is the match's, so that only routes without one get another path.
  if (typeof path === 'string' && path !== '')
    edits.push(() => {
      for (const field of ['path', 'prefix', 'path_separated_prefix']) delete match[field];
      const other = path.endsWith('/') && path !== '/' ? path.slice(0, -1) : path;
      match[dice.pick(other === '/' ? ['prefix', 'path'] : ['path', 'prefix', 'path_separated_prefix'])] = other;
    });
  if (typeof path === 'string')
    edits.push(() => {
      match['case_sensitive'] = match['case_sensitive'] === false;
    });
  if (edits.length > 0) dice.pick(edits)();
}
