import type { Message, Route } from '../../model/envoy.ts';
import { examplePath, exampleValue } from '../../rules/language/example.ts';

/** A request at the boundary of a matcher: on it, just inside, just outside. */
export interface BoundaryRequest {
  method: string;
  path: string;
  /** `name: value` lines. */
  headers: string[];
}

/** Beyond so many requests for one virtual host no more are made. */
const most = 80;

/**
 * Requests that tell two lists of routes apart where anything does: for each match its path and the neighbours, each with
 * what else the match asks for and without.
 */
export function boundaryRequests(routes: readonly Route[]): BoundaryRequest[] {
  const found = new Map<string, BoundaryRequest>();
  const add = (request: BoundaryRequest): void => {
    if (found.size < most) found.set(JSON.stringify(request), request);
  };
  add({ method: 'GET', path: '/', headers: [] });
  for (const { match } of routes) {
    const { headers, method, query } = conditionsOf(match);
    for (const path of pathsOf(match)) {
      add({ method, path: `${path}${query}`, headers });
      if (headers.length > 0 || method !== 'GET' || query !== '') add({ method: 'GET', path, headers: [] });
    }
  }
  return [...found.values()];
}

function pathsOf(match: Message): string[] {
  if (typeof match['path'] === 'string') return neighbours(match['path']);
  const prefix = match['prefix'] ?? match['path_separated_prefix'];
  if (typeof prefix === 'string') return neighbours(prefix);
  const example = match['safe_regex'] ? examplePath(match) : undefined;
  return example?.startsWith('/') ? [example] : [];
}

function neighbours(path: string): string[] {
  const below = path.endsWith('/') ? [`${path}x`, path.slice(0, -1)] : [`${path}/x`, `${path}x`];
  return [path, ...below].filter((it) => it.startsWith('/'));
}

/** What a match asks for besides the path, as a request that has it. */
function conditionsOf(match: Message): { headers: string[]; method: string; query: string } {
  const headers: string[] = [];
  let method = 'GET';
  for (const matcher of (match['headers'] ?? []) as Message[]) {
    const value = matcher['string_match'] ? exampleValue(matcher['string_match']) : '1';
    if (matcher['invert_match'] || value === undefined) continue;
    const name = String(matcher['name']);
    if (name === ':method') method = value;
    else if (!name.startsWith(':')) headers.push(`${name}: ${value}`);
  }
  const parameters = ((match['query_parameters'] ?? []) as Message[]).flatMap((matcher) => {
    const value = matcher['string_match'] ? exampleValue(matcher['string_match']) : '1';
    return value === undefined ? [] : [`${matcher['name']}=${encodeURIComponent(value)}`];
  });
  return { headers, method, query: parameters.length > 0 ? `?${parameters.join('&')}` : '' };
}
