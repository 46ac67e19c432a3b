import { isObject, type JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import { objects } from '../objects.ts';
import { InvalidRule } from './backend.ts';
import { section } from './context.ts';

/** An HTTPRoute's match as a VirtualService's (createURIMatch and its like). */
export function httpMatch(match: JsonObject): JsonObject {
  const method = match['method'];
  return standsFor<JsonObject>(
    {
      uri: pathMatch(match),
      ...namedMatches('headers', match['headers']),
      ...namedMatches('queryParams', match['queryParams']),
      ...(typeof method === 'string' ? { method: standsFor<JsonObject>({ exact: method }, match) } : {}),
    },
    match,
  );
}

/** A GRPCRoute's match as a VirtualService's: the method is a path `/service/method` (createGRPCURIMatch). */
export function grpcMatch(match: JsonObject): JsonObject {
  const method = match['method'];
  return standsFor<JsonObject>(
    {
      ...(isObject(method) ? { uri: standsFor<JsonObject>(grpcPath(method as JsonObject), method) } : {}),
      ...namedMatches('headers', match['headers']),
    },
    match,
  );
}

/** The path; the API server's default is the prefix `/`. A slash at the end of a prefix says nothing. */
function pathMatch(match: JsonObject): JsonObject {
  const path = section(match, 'path');
  const value = typeof path['value'] === 'string' ? path['value'] : '/';
  const source = isObject(match['path']) ? match['path'] : match;
  switch (path['type'] ?? 'PathPrefix') {
    case 'PathPrefix':
      return standsFor<JsonObject>({ prefix: value === '/' ? value : value.replace(/\/$/, '') }, source);
    case 'Exact':
      return standsFor<JsonObject>({ exact: value }, source);
    case 'RegularExpression':
      return standsFor<JsonObject>({ regex: value }, source);
    default:
      throw new InvalidRule(`unknown type of path match: ${path['type']}`);
  }
}

function grpcPath(method: JsonObject): JsonObject {
  const [service, name] = [method['service'], method['method']];
  if (service === undefined && name === undefined) throw new InvalidRule('gRPC match must have method or service');
  if (service === undefined) return { regex: `/[^/]+/${name}` };
  if (method['type'] === 'RegularExpression')
    return { regex: name === undefined ? `/${service}/.+` : `/${service}/${name}` };
  return name === undefined ? { prefix: `/${service}/` } : { exact: `/${service}/${name}` };
}

/** Header or query parameter matches by name; of several with one name the last counts. */
function namedMatches(field: 'headers' | 'queryParams', list: unknown): JsonObject {
  const items = objects(list);
  if (items.length === 0) return {};
  const matches: JsonObject = {};
  for (const item of items) {
    const type = item['type'] ?? 'Exact';
    if (type !== 'Exact' && type !== 'RegularExpression') throw new InvalidRule(`unknown type of match: ${type}`);
    const value = item['value'];
    matches[String(item['name'])] = standsFor<JsonObject>(type === 'Exact' ? { exact: value } : { regex: value }, item);
  }
  return { [field]: standsFor(matches, list as object) };
}
