import type { JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import { objects } from '../objects.ts';
import { destination, InvalidRule, type RouteSource, totalWeight, weightedBackends } from './backend.ts';
import { type GatewayApiContext, section } from './context.ts';
import { applyFilters, setHeaders } from './filter.ts';

/** A duration that is zero, in whatever units. */
const zeroDuration = /^(0+(\.0+)?[a-zµ]*)+$/;

/**
 * One rule of an HTTPRoute or GRPCRoute, with one of its matches, as a VirtualService's HTTP route (convertHTTPRoute,
 * convertGRPCRoute).
 *
 * @param match already converted; undefined matches everything
 * @throws InvalidRule where istiod refuses the rule
 */
export function httpRule(
  rule: JsonObject,
  match: JsonObject | undefined,
  name: string,
  route: RouteSource,
  context: GatewayApiContext,
): JsonObject {
  const http: JsonObject = { name };
  if (match) http['match'] = [match];
  applyFilters(http, rule['filters'], route, context);
  if (route.kind.endsWith('/HTTPRoute')) setRetriesAndTimeouts(http, rule);
  if (totalWeight(rule['backendRefs']) === 0 && http['redirect'] === undefined)
    http['directResponse'] = standsFor<JsonObject>({ status: 500 }, rule);
  else if (Array.isArray(rule['backendRefs'])) {
    const items = weightedBackends(rule['backendRefs']).map(({ backend, weight }) => {
      const item: JsonObject = { destination: destination(backend, route, context) };
      if (weight !== 0) item['weight'] = weight;
      applyBackendFilters(item, backend, context);
      return standsFor(item, backend);
    });
    http['route'] = standsFor(items, rule['backendRefs']);
  }
  return standsFor(http, rule);
}

function applyBackendFilters(item: JsonObject, backend: JsonObject, context: GatewayApiContext): void {
  for (const filter of objects(backend['filters'])) {
    if (filter['type'] === 'RequestHeaderModifier')
      setHeaders(item, 'request', filter['requestHeaderModifier'], context);
    else if (filter['type'] === 'ResponseHeaderModifier')
      setHeaders(item, 'response', filter['responseHeaderModifier'], context);
    else throw new InvalidRule(`unsupported filter type ${filter['type']}`);
  }
}

function setRetriesAndTimeouts(http: JsonObject, rule: JsonObject): void {
  const retry = rule['retry'];
  if (retry !== undefined && retry !== null) {
    const settings = section(rule, 'retry');
    const codes = Array.isArray(settings['codes']) ? settings['codes'].map(String) : [];
    const attempts = Number(settings['attempts'] ?? 2);
    const retryOn = ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', ...codes].join(',');
    const retries: JsonObject = { attempts, ...(attempts === 0 ? {} : { retryOn }) };
    if (settings['backoff'] !== undefined) retries['backoff'] = settings['backoff'];
    http['retries'] = standsFor(retries, settings);
  }
  const timeouts = section(rule, 'timeouts');
  const set = (key: string): string | undefined => {
    const value = timeouts[key];
    return typeof value === 'string' && !zeroDuration.test(value) ? value : undefined;
  };
  const [request, backendRequest] = [set('request'), set('backendRequest')];
  if (request !== undefined) http['timeout'] = request;
  if (backendRequest === undefined) return;
  // A limit for one attempt is one for all of them where nothing is retried.
  if (http['retries'] !== undefined) (http['retries'] as JsonObject)['perTryTimeout'] = backendRequest;
  else http['timeout'] = backendRequest;
}
