import type { JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import { strings } from '../objects.ts';
import type { GatewayApiContext } from './context.ts';

/** What the API server fills in for `maxAge`, in seconds. */
const defaultMaxAge = 5;

/** Any origin: scheme, host, port. */
const anyOrigin = '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#]+$';

/** A CORS filter as a VirtualService's policy (createCorsFilter). */
export function corsPolicy(filter: JsonObject, context: GatewayApiContext): JsonObject {
  const { corsWildcards } = context.behaviour;
  const policy: JsonObject = {};
  const origins = strings(filter['allowOrigins']).filter((origin) => origin !== '');
  if (origins.length > 0)
    policy['allowOrigins'] = origins.map((origin) => (corsWildcards ? originMatch(origin) : { exact: origin }));
  if (filter['allowCredentials'] === true) policy['allowCredentials'] = true;
  for (const field of ['allowMethods', 'allowHeaders', 'exposeHeaders'])
    if (Array.isArray(filter[field])) policy[field] = filter[field];
  const maxAge = Number(filter['maxAge'] ?? defaultMaxAge);
  if (maxAge > 0) policy['maxAge'] = `${maxAge}s`;
  if (corsWildcards) policy['unmatchedPreflights'] = 'IGNORE';
  return standsFor(policy, filter);
}

function originMatch(origin: string): JsonObject {
  if (origin === '*') return { regex: anyOrigin };
  const stars = origin.split('*').length - 1;
  if (stars === 0) return { exact: origin };
  if (stars === 1 && origin.endsWith('*')) return { prefix: origin.slice(0, -1) };
  const pattern = origin.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&').replaceAll('\\*', '.*');
  return { regex: `^${pattern}$` };
}
