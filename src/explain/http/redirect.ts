import type { Message, Route } from '../../model/envoy.ts';
import { namedGroup, replaceAll } from '../match/regex.ts';
import type { RouteMatch } from '../match/route-match.ts';
import { templateRegex } from '../match/uri-template.ts';
import { type HttpRequest, pathOnly } from '../request.ts';

const statuses: Record<string, number> = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
};

/** The status of a redirect; 301 where the route says none. */
export function redirectStatus(redirect: Message): number {
  return statuses[redirect['response_code'] ?? 'MOVED_PERMANENTLY'] ?? 301;
}

/** The final Location of a redirect (RouteEntryImplBase::newUri). */
export function redirectLocation(redirect: Message, match: RouteMatch, request: HttpRequest): string {
  const scheme = redirect['https_redirect'] === true ? 'https' : redirect['scheme_redirect'] || request.scheme;
  const port = redirect['port_redirect'] ? `:${redirect['port_redirect']}` : '';
  const host = redirect['host_redirect'] || requestHost(request, scheme, port);
  return `${scheme}://${host}${port}${redirectPath(redirect, match, request.path)}`;
}

/** The Location where a virtual host wants TLS (Http::Utility::createSslRedirectPath): the port stays. */
export function tlsLocation(request: HttpRequest): string | undefined {
  // A CONNECT has no path to go to.
  return request.path === '' ? undefined : `https://${request.authority}${request.path}`;
}

function redirectPath(redirect: Message, match: RouteMatch, path: string): string {
  const query = redirect['strip_query'] === true ? '' : path.slice(pathOnly(path).length);
  if (typeof redirect['path_redirect'] === 'string' && redirect['path_redirect'] !== '') {
    const given: string = redirect['path_redirect'];
    return given.includes('?') ? given : given + query;
  }
  return rewritePath(redirect, match, pathOnly(path)) + query;
}

/** The request's host for the Location (Envoy's processRequestHost): a default port of the old scheme is dropped. */
function requestHost(request: HttpRequest, scheme: string, port: string): string {
  const { authority } = request;
  const colon = authority.startsWith('[') ? authority.lastIndexOf(']:') + 1 : authority.lastIndexOf(':');
  if (colon <= 0) return authority;
  const [protocol = request.scheme] = request.headers.get('x-forwarded-proto') ?? [];
  const own = authority.slice(colon);
  // The protocol is any hop's text: its case does not matter here, but makes it another one than the scheme.
  const isDefault = own === ({ https: ':443', http: ':80' } as Record<string, string>)[protocol.toLowerCase()];
  return port !== '' || (scheme !== protocol && isDefault) ? authority.slice(0, colon) : authority;
}

/** The path after `prefix_rewrite` or `regex_rewrite` of a route action or a redirect; the query is not looked at. */
function rewritePath(action: Message, match: RouteMatch, path: string): string {
  const prefix = action['prefix_rewrite'];
  if (typeof prefix === 'string' && prefix !== '') return prefix + path.slice(match.path.matched(path).length);
  const rewrite = action['regex_rewrite'];
  if (rewrite) return replaceAll(path, rewrite['pattern']?.['regex'] ?? '', rewrite['substitution'] ?? '');
  return path;
}

/** The path that a template makes of the parts that the route's template has names for (uri_template rewriter). */
function templatePath(action: Message, route: Route, path: string): string | undefined {
  const rewrite = action['path_rewrite_policy']?.['typed_config']?.['path_template_rewrite'];
  const template = route.match?.['path_match_policy']?.['typed_config']?.['path_template'];
  if (typeof rewrite !== 'string' || typeof template !== 'string') return undefined;
  const pattern = templateRegex(template);
  return rewrite.replace(/\{([A-Za-z][A-Za-z0-9_]*)\}/g, (_, name: string) => namedGroup(path, pattern, name) ?? '');
}

/** The path and the host that go upstream (RouteEntryImplBase::finalizeRequestHeaders). */
export function rewritten(
  route: Route,
  match: RouteMatch,
  request: HttpRequest,
  entry?: Message,
): { path: string; authority: string } {
  const action: Message = route['route'] ?? {};
  const only = pathOnly(request.path);
  const path =
    (templatePath(action, route, only) ?? rewritePath(action, match, only)) + request.path.slice(only.length);
  const own: string = entry?.['host_rewrite_literal'] || request.authority;
  return { path, authority: rewrittenHost(action, only, { ...request, authority: own }) };
}

function rewrittenHost(action: Message, path: string, request: HttpRequest): string {
  if (action['host_rewrite_literal']) return action['host_rewrite_literal'];
  if (action['host_rewrite_header'])
    return request.headers.get(String(action['host_rewrite_header']).toLowerCase())?.[0] || request.authority;
  const byPath = action['host_rewrite_path_regex'];
  if (byPath) return replaceAll(path, byPath['pattern']?.['regex'] ?? '', byPath['substitution'] ?? '');
  return request.authority;
}
