import { isObject, type JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import { objects } from '../objects.ts';
import { destination, InvalidRule, type RouteSource } from './backend.ts';
import { type GatewayApiContext, section } from './context.ts';
import { corsPolicy } from './cors.ts';

/**
 * Filters of a rule as fields of a VirtualService's HTTP route. A mirror that may not be used is left out.
 *
 * @throws InvalidRule for filters that istiod does not support
 */
export function applyFilters(http: JsonObject, filters: unknown, route: RouteSource, context: GatewayApiContext): void {
  for (const filter of objects(filters)) {
    switch (filter['type']) {
      case 'RequestHeaderModifier':
        setHeaders(http, 'request', filter['requestHeaderModifier'], context);
        break;
      case 'ResponseHeaderModifier':
        setHeaders(http, 'response', filter['responseHeaderModifier'], context);
        break;
      case 'RequestMirror':
        addMirror(http, section(filter, 'requestMirror'), route, context);
        break;
      case 'RequestRedirect':
        if (route.kind.endsWith('GRPCRoute')) throw new InvalidRule('unsupported filter type RequestRedirect');
        http['redirect'] = redirect(section(filter, 'requestRedirect'), context);
        break;
      case 'URLRewrite':
        if (route.kind.endsWith('GRPCRoute')) throw new InvalidRule('unsupported filter type URLRewrite');
        setRewrite(http, section(filter, 'urlRewrite'));
        break;
      case 'CORS':
        if (route.kind.endsWith('GRPCRoute')) throw new InvalidRule('unsupported filter type CORS');
        http['corsPolicy'] = corsPolicy(section(filter, 'cors'), context);
        break;
      default:
        throw new InvalidRule(`unsupported filter type ${filter['type']}`);
    }
  }
}

/** Header operations of one direction, on a route or on one of its destinations. */
export function setHeaders(
  holder: JsonObject,
  direction: 'request' | 'response',
  modifier: unknown,
  context: GatewayApiContext,
): void {
  if (!isObject(modifier)) return;
  const operations: JsonObject = {};
  for (const operation of ['add', 'set'] as const) {
    const values = headerValues(modifier[operation], context);
    if (values) operations[operation] = values;
  }
  if (Array.isArray(modifier['remove'])) operations['remove'] = modifier['remove'];
  const headers = isObject(holder['headers']) ? holder['headers'] : standsFor<JsonObject>({}, modifier);
  headers[direction] = standsFor(operations, modifier);
  holder['headers'] = headers as JsonObject;
}

/** Header values by lower-case name; the first of a name counts. */
function headerValues(list: unknown, context: GatewayApiContext): JsonObject | undefined {
  const items = objects(list);
  if (items.length === 0) return undefined;
  const values: JsonObject = {};
  for (const item of items) {
    const value = String(item['value'] ?? '');
    if (context.behaviour.checkHeaderValues && !isHeaderValue(value)) throw new InvalidRule('invalid header value');
    values[String(item['name']).toLowerCase()] ??= value;
  }
  return standsFor(values, list as object);
}

function isHeaderValue(value: string): boolean {
  return [...value].every((character) => {
    const code = character.charCodeAt(0);
    return code === 9 || (code >= 32 && code !== 127);
  });
}

function addMirror(http: JsonObject, filter: JsonObject, route: RouteSource, context: GatewayApiContext): void {
  let target: JsonObject;
  try {
    target = destination(section(filter, 'backendRef'), route, context);
  } catch (error) {
    if (error instanceof InvalidRule && !route.kind.endsWith('GRPCRoute')) return;
    throw error;
  }
  if (target['host'] === '' || !exists(target, context)) {
    if (route.kind.endsWith('GRPCRoute')) throw new InvalidRule('mirror backend not found');
    return;
  }
  const fraction = filter['fraction'];
  const percent = isObject(fraction)
    ? (100 * Number(fraction['numerator'])) / Number(fraction['denominator'] ?? 100)
    : filter['percent'];
  const mirror = standsFor<JsonObject>({ destination: target }, filter);
  if (percent !== undefined) mirror['percentage'] = standsFor<JsonObject>({ value: percent }, filter);
  http['mirrors'] = [...objects(http['mirrors']), mirror];
}

/** Whether a mirror's Service is there: unlike a backend's, a missing one is not routed to. */
function exists(target: JsonObject, context: GatewayApiContext): boolean {
  const [name = '', namespace = '', svc] = String(target['host']).split('.');
  return svc !== 'svc' || context.resources.get('', 'Service', namespace, name) !== undefined;
}

function setRewrite(http: JsonObject, filter: JsonObject): void {
  const path = section(filter, 'path');
  const rewrite: JsonObject = {};
  // A path `/` in place of the prefix removes it.
  if (path['type'] === 'ReplacePrefixMatch')
    rewrite['uri'] = String(path['replacePrefixMatch'] ?? '').replace(/\/$/, '') || '/';
  if (path['type'] === 'ReplaceFullPath')
    rewrite['uriRegexRewrite'] = standsFor<JsonObject>({ match: '/.*', rewrite: path['replaceFullPath'] }, path);
  if (filter['hostname'] !== undefined) rewrite['authority'] = filter['hostname'];
  if (Object.keys(rewrite).length > 0) http['rewrite'] = standsFor(rewrite, filter);
  else delete http['rewrite'];
}

/** A redirect (createRedirectFilter). Without a port that of the scheme, or of the request, is meant; default status 302. */
function redirect(filter: JsonObject, context: GatewayApiContext): JsonObject {
  const path = section(filter, 'path');
  const result: JsonObject = { redirectCode: filter['statusCode'] ?? 302 };
  if (filter['hostname'] !== undefined) result['authority'] = filter['hostname'];
  if (filter['scheme'] !== undefined) result['scheme'] = filter['scheme'];
  if (filter['port'] !== undefined) result['port'] = filter['port'];
  else result['derivePort'] = filter['scheme'] === undefined ? 'FROM_REQUEST_PORT' : 'FROM_PROTOCOL_DEFAULT';
  if (path['type'] === 'ReplaceFullPath') result['uri'] = path['replaceFullPath'];
  if (path['type'] === 'ReplacePrefixMatch') {
    if (context.behaviour.prefixRedirect) result['prefixRewrite'] = path['replacePrefixMatch'];
    else result['uri'] = `%PREFIX()%${path['replacePrefixMatch']}`;
  }
  return standsFor(result, filter);
}
