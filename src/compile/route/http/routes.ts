import type { Message, Route } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import { derive, deriveField, originsAt } from '../../../model/provenance.ts';
import type { VirtualService } from '../../../registry/types.ts';
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../config-value.ts';
import { isSubsetOfLabels } from '../labels.ts';
import { statefulSessionOverride } from '../stateful-session.ts';
import { type Authority, forwardAction } from './action.ts';
import type { RouteContext } from './context.ts';
import { corsConfig } from './cors.ts';
import { directResponseAction } from './direct-response.ts';
import { faultConfig } from './fault.ts';
import { appendHeaderOperations, headerOperations } from './headers.ts';
import { isCatchAll, routeMatch } from './match.ts';
import { redirectAction } from './redirect.ts';

/**
 * The Envoy routes of a VirtualService's `http` rules, one for each match that holds for the proxy and port (istiod's
 * `BuildHTTPRoutesForVirtualService`). What follows a rule without match, or a match that takes everything, is left
 * out: no request would reach it. [] means that the VirtualService does not count here at all.
 */
export function httpRoutes(service: VirtualService, context: RouteContext): Route[] {
  const routes: Route[] = [];
  for (const http of objectsAt(service.spec, 'http')) {
    const matches = objectsAt(http, 'match');
    if (matches.length === 0) {
      routes.push(route(service, http, undefined, context));
      break;
    }
    for (const match of matches) {
      if (!applies(match, context)) continue;
      const compiled = route(service, http, match, context);
      routes.push(compiled);
      if (isCatchAll(compiled)) return routes;
    }
  }
  return routes;
}

/** Whether a match's port, and its gateways or else its source, are those of the proxy (istiod's `sourceMatchHTTP`). */
function applies(match: JsonObject, context: RouteContext): boolean {
  const port = numberAt(match, 'port') ?? 0;
  if (port !== 0 && port !== context.listenerPort) return false;
  const gateways = textsAt(match, 'gateways');
  if (gateways.length > 0) return gateways.includes(context.gateway);
  if (!isSubsetOfLabels(objectAt(match, 'sourceLabels'), context.proxy.labels)) return false;
  const namespace = textAt(match, 'sourceNamespace');
  return namespace === '' || namespace === context.proxy.namespace;
}

/** One route (istiod's `TranslateRoute`). */
function route(service: VirtualService, http: JsonObject, match: JsonObject | undefined, context: RouteContext): Route {
  const out: Route = derive<Route>({ match: routeMatch(service, match) }, http, match);
  deriveField(out, 'match', match ?? http);
  applyName(out, http, match);
  out['metadata'] = metadata(service);
  if (match && textAt(match, 'statPrefix') !== '') {
    out['stat_prefix'] = textAt(match, 'statPrefix');
    deriveField(out, 'stat_prefix', [match, 'statPrefix']);
  }
  let authority: Authority = ['', undefined];
  const headers = objectAt(http, 'headers');
  if (headers) {
    const operations = headerOperations(headers);
    appendHeaderOperations(out, operations, headers);
    authority = [operations.authority, operations.authorityOrigin];
  }
  applyAction(out, service, http, authority, context);
  out['decorator'] = decorator(out, service, http, match, context.listenerPort);
  applyFilters(out, http, context);
  if (context.advertisesHttp3) advertiseHttp3(out, context.listenerPort);
  return out;
}

function applyName(out: Route, http: JsonObject, match: JsonObject | undefined): void {
  const own = textAt(http, 'name');
  const ofMatch = textAt(match, 'name');
  const name = ofMatch === '' ? own : `${own}.${ofMatch}`;
  const origins: Source[] = [];
  if (own !== '') origins.push([http, 'name']);
  if (match && ofMatch !== '') origins.push([match, 'name']);
  if (name !== '') out.name = name;
  deriveField(out, 'name', ...origins);
}

function applyAction(
  out: Route,
  service: VirtualService,
  http: JsonObject,
  authority: Authority,
  context: RouteContext,
): void {
  const redirect = objectAt(http, 'redirect');
  const direct = objectAt(http, 'directResponse');
  if (redirect) {
    const action = redirectAction(redirect, {
      port: context.listenerPort,
      isTls: context.isTls,
      prefixInUri: service.routeSemantics === 'gateway',
    });
    if (action) out['redirect'] = action;
    deriveField(out, 'redirect', redirect);
  } else if (direct) {
    out['direct_response'] = directResponseAction(direct);
  } else {
    out['route'] = forwardAction(out, http, service, authority, context);
  }
}

/** Says which VirtualService a route is of; after a merge it is the root, whose name the route bears. */
function metadata(service: VirtualService): Message {
  const config = `/apis/networking.istio.io/v1/namespaces/${service.namespace}/virtual-service/${service.name}`;
  return { filter_metadata: { istio: { config } } };
}

/** Names the route for tracing; the name follows from the path and, of a single destination, from its host and port. */
function decorator(
  out: Route,
  service: VirtualService,
  http: JsonObject,
  match: JsonObject | undefined,
  port: number,
): Message {
  const origins: Source[] = [...originsAt(out, ['match', pathField(out)])];
  const destinations = objectsAt(http, 'route');
  if (out['route'] && destinations.length === 1) {
    const destination = objectAt(destinations[0], 'destination');
    for (const key of ['host', 'port']) if (destination?.[key] !== undefined) origins.push([destination, key]);
  }
  const own = derive({ operation: operation(out, service, port) }, http, match);
  return deriveField(own, 'operation', ...origins);
}

function pathField({ match }: Route): string {
  return ['prefix', 'path', 'safe_regex', 'path_separated_prefix'].find((field) => match[field] !== undefined) ?? '';
}

/** What tracing calls the route (istiod's `GetRouteOperation`): by its only destination, else by the VirtualService. */
function operation(out: Route, service: VirtualService, port: number): string {
  const { match } = out;
  const path =
    match['prefix'] !== undefined ? `${match['prefix']}*` : (match['path'] ?? match['safe_regex']?.regex ?? '/*');
  const [, clusterPort, , host, rest] = String(out['route']?.cluster ?? '').split('|');
  if (host !== undefined && rest === undefined) return `${host}:${Number(clusterPort)}${path}`;
  return `${service.name}:${port}${path}`;
}

function applyFilters(out: Route, http: JsonObject, context: RouteContext): void {
  const filters: Message = {};
  const fault = objectAt(http, 'fault');
  if (fault) filters['envoy.filters.http.fault'] = faultConfig(fault);
  const cors = objectAt(http, 'corsPolicy');
  if (cors) filters['envoy.filters.http.cors'] = corsConfig(cors);
  if (out['route']) Object.assign(filters, persistentSession(http, context));
  if (Object.keys(filters).length > 0) out['typed_per_filter_config'] = filters;
}

/** Among several destinations the first that has a session wins, but one without after it drops it, as in istiod. */
function persistentSession(http: JsonObject, context: RouteContext): Message | undefined {
  const destinations = objectsAt(http, 'route');
  let chosen: Message | undefined;
  for (const item of destinations) {
    if (destinations.length > 1 && (numberAt(item, 'weight') ?? 0) === 0) continue;
    const host = textAt(objectAt(item, 'destination'), 'host');
    const session = statefulSessionOverride(context.registry, context.service(host));
    if (session && chosen) break;
    chosen = session;
  }
  return chosen;
}

/** Tells clients that HTTP/3 is to be had on the same port (istiod's `buildHTTP3AltSvcHeader`). */
function advertiseHttp3(out: Route, port: number): void {
  const header = { header: { key: 'alt-svc', value: `h3=":${port}"; ma=86400` } };
  out['response_headers_to_add'] = [...(out['response_headers_to_add'] ?? []), header];
}
