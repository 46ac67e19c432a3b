import type { Message, Route } from '../model/envoy.ts';

/** What a route matches, in a person's words: `/api/* with x-canary 1`. */
export function requestsOf(route: Route): string {
  const conditions = ((route.match['headers'] ?? []) as Message[]).map(condition);
  const parameters = ((route.match['query_parameters'] ?? []) as Message[]).map((it) => `?${condition(it)}`);
  const all = [...conditions, ...parameters];
  return `${pathOf(route.match)}${all.length > 0 ? ` with ${all.join(', ')}` : ''}`;
}

/** A route's own name, or what it matches. */
export function routeInWords(route: Route): string {
  return route.name ? `route ${route.name} (${requestsOf(route)})` : `the route for ${requestsOf(route)}`;
}

function pathOf(match: Message): string {
  if (match['path'] !== undefined) return String(match['path']);
  if (match['safe_regex']) return `paths like ${match['safe_regex'].regex}`;
  const prefix = match['prefix'] ?? match['path_separated_prefix'];
  return prefix === '/' || prefix === undefined ? 'all paths' : `${prefix}*`;
}

function condition(matcher: Message): string {
  const { name, string_match: value, invert_match: inverted } = matcher;
  const key = String(name ?? 'claims').replace(/^:/, '');
  if (!value) return `${inverted ? 'no ' : ''}${key}`;
  const text = value.exact ?? value.prefix ?? value.suffix ?? value.contains ?? value.safe_regex?.regex ?? '';
  return `${key} ${inverted ? 'not ' : ''}${text}`;
}
