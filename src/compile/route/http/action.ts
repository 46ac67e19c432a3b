import { durationNanos } from '../../../model/duration.ts';
import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { isObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { VirtualService } from '../../../registry/types.ts';
import { envoyDuration } from '../../duration.ts';
import { numberAt, objectAt, objectsAt, textAt } from '../config-value.ts';
import { destinationOrigins } from '../destination.ts';
import { hashForDestination, hashPolicy } from '../hash-policy.ts';
import { retryPolicy } from '../retry.ts';
import type { RouteContext } from './context.ts';
import { appendHeaderOperations, headerOperations } from './headers.ts';
import { mirrorPolicies } from './mirror.ts';
import { applyRewrite } from './rewrite.ts';

/** A new authority with the place it stands at. */
export type Authority = readonly [value: string, origin: readonly [JsonObject, string] | undefined];

/**
 * The action that forwards a request to the route's destinations (istiod's `applyHTTPRouteDestination`). A single
 * destination's headers go to the route itself, those of several to each one's share.
 *
 * @param route gets the headers of a single destination
 * @param authority set by the route's own headers
 */
export function forwardAction(
  route: Message,
  http: JsonObject,
  service: VirtualService,
  authority: Authority,
  context: RouteContext,
): Message {
  const action: Message = derive({}, http);
  applyTimeout(action, http);
  if (service.routeSemantics === 'gateway') action['cluster_not_found_response_code'] = 'INTERNAL_SERVER_ERROR';
  const rewrite = objectAt(http, 'rewrite');
  let host = authority;
  if (rewrite) {
    if (context.xForwardedHost !== false) {
      action['append_x_forwarded_host'] = context.xForwardedHost;
      deriveField(action, 'append_x_forwarded_host', context.headersSource);
    }
    applyRewrite(action, route, rewrite, service);
    if (textAt(rewrite, 'authority') !== '') host = [textAt(rewrite, 'authority'), [rewrite, 'authority']];
  }
  if (host[0] !== '') rewriteHost(action, host);
  const mirrors = mirrorPolicies(http, context);
  if (mirrors.length > 0) action['request_mirror_policies'] = mirrors;
  deriveField(action, 'request_mirror_policies', http);

  const destinations = objectsAt(http, 'route');
  let hashes = false;
  if (destinations.length === 1) {
    const [only] = destinations as [JsonObject];
    hashes = hashForDestination(context.scope, objectAt(only, 'destination')) !== undefined;
    applyDestination(action, route, http, only, context);
  } else {
    const weighted = destinations.filter((item) => (numberAt(item, 'weight') ?? 0) !== 0);
    action['weighted_clusters'] = derive({ clusters: weighted.map((item) => clusterWeight(action, item, context)) }, [
      http,
      'route',
    ]);
  }
  applyRetries(action, http, hashes, context);
  return action;
}

/** Without a timeout Istio switches Envoy's own default off (istiod's `setTimeout`). */
function applyTimeout(action: Message, http: JsonObject): void {
  const timeout = envoyDuration(http['timeout']) ?? '0s';
  action['timeout'] = timeout;
  action['max_grpc_timeout'] = durationNanos(timeout) === 0n ? '0s' : timeout;
  if (http['timeout'] === undefined) return;
  deriveField(action, 'timeout', [http, 'timeout']);
  deriveField(action, 'max_grpc_timeout', [http, 'timeout']);
}

function applyRetries(action: Message, http: JsonObject, hashes: boolean, context: RouteContext): void {
  const own = objectAt(http, 'retries');
  const mesh = context.registry.mesh['defaultHttpRetryPolicy'];
  const policy = retryPolicy(own ?? (isObject(mesh) ? (mesh as JsonObject) : undefined), hashes);
  if (policy) action['retry_policy'] = policy;
  // Also where retries are off, so that their absence leads to the key.
  deriveField(action, 'retry_policy', own ? [own, 'attempts'] : isObject(mesh) ? mesh : http);
}

function rewriteHost(target: Message, [value, origin]: Authority): void {
  target['host_rewrite_literal'] = value;
  deriveField(target, 'host_rewrite_literal', origin);
}

function applyDestination(
  action: Message,
  route: Message,
  http: JsonObject,
  item: JsonObject,
  context: RouteContext,
): void {
  const destination = objectAt(item, 'destination');
  action['cluster'] = context.cluster(destination);
  deriveField(action, 'cluster', ...destinationOrigins(destination));
  const headers = objectAt(item, 'headers');
  if (headers) {
    const operations = headerOperations(headers);
    const own = objectAt(http, 'headers');
    appendHeaderOperations(route, operations, ...(own ? [own, headers] : [headers]));
    // Envoy lets the share win over the route; one destination shall behave like several.
    if (operations.authority !== '' && action['host_rewrite_literal'] === undefined)
      rewriteHost(action, [operations.authority, operations.authorityOrigin]);
  }
  addHashPolicy(action, destination, context);
}

function clusterWeight(action: Message, item: JsonObject, context: RouteContext): Message {
  const destination = objectAt(item, 'destination');
  const out: Message = derive({ name: context.cluster(destination), weight: numberAt(item, 'weight') ?? 0 }, item);
  deriveField(out, 'name', ...destinationOrigins(destination));
  deriveField(out, 'weight', [item, 'weight']);
  const headers = objectAt(item, 'headers');
  if (headers) {
    const operations = headerOperations(headers);
    appendHeaderOperations(out, operations, headers);
    if (operations.authority !== '') rewriteHost(out, [operations.authority, operations.authorityOrigin]);
  }
  addHashPolicy(action, destination, context);
  return out;
}

function addHashPolicy(action: Message, destination: JsonObject | undefined, context: RouteContext): void {
  const policy = hashPolicy(hashForDestination(context.scope, destination));
  if (policy) action['hash_policy'] = [...(action['hash_policy'] ?? []), policy];
}
