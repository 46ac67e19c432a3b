import type { Message, Route } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Registry } from '../../registry/types.ts';
import { hashPolicy } from './hash-policy.ts';
import { retryPolicy } from './retry.ts';

/**
 * The only route of a service that no VirtualService takes (istiod's `BuildDefaultHTTPOutboundRoute`): no timeout, the
 * mesh's retries, and the hash policy of the DestinationRule. A hash does not change the retries here.
 */
export function defaultRoute(
  registry: Registry,
  cluster: string,
  operation: string,
  hash: JsonObject | undefined,
  ...sources: Source[]
): Route {
  const action: Message = { cluster, timeout: '0s', max_grpc_timeout: '0s' };
  const mesh = registry.mesh['defaultHttpRetryPolicy'];
  const retries = isObject(mesh) ? (mesh as JsonObject) : undefined;
  const policy = retryPolicy(retries, false);
  if (policy) action['retry_policy'] = policy;
  if (retries) deriveField(action, 'retry_policy', [retries, 'attempts']);
  const hashing = hashPolicy(hash);
  if (hashing) action['hash_policy'] = [hashing];
  if (hash) deriveField(action, 'hash_policy', hash);
  return derive<Route>(
    { name: 'default', match: { prefix: '/' }, route: action, decorator: { operation } },
    ...sources,
  );
}
