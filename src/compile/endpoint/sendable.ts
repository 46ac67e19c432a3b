import type { Endpoint } from '../../registry/types.ts';
import { nodeMetadata } from '../node-metadata.ts';
import { isClusterLocal } from './cluster-local.ts';
import { forcesUnhealthyEndpoints, sendsUnhealthyEndpoints } from './health.ts';
import type { EndpointQuery } from './locality-groups.ts';
import { rulePolicy } from './subset.ts';

/** Whether a proxy is sent an endpoint at all (istiod's `filterIstioEndpoint`). */
export function isSendable(query: EndpointQuery, endpoint: Endpoint): boolean {
  const { proxy, registry, service } = query;
  if (service.internalTrafficPolicyLocal && endpoint.nodeName !== proxy.nodeName) return false;
  const view = nodeMetadata(proxy, 'REQUESTED_NETWORK_VIEW');
  if (
    view !== '' &&
    !view.split(',').some((network) => network === '' || endpoint.network === '' || network === endpoint.network)
  )
    return false;
  if (endpoint.clusterId !== proxy.clusterId && isClusterLocal(registry, service.hostname)) return false;
  if (endpoint.health === 'TERMINATING') return false;
  if (endpoint.health === 'UNHEALTHY' && !sendsUnhealthy(query)) return false;
  return !isDraining(query, endpoint) || keepsSessions(query);
}

/** Whether the endpoint is about to leave: by its state, or by istiod's label for it. */
export function isDraining({ registry }: Pick<EndpointQuery, 'registry'>, endpoint: Endpoint): boolean {
  const label = registry.environment.text('PILOT_DRAINING_LABEL', 'istio.io/draining');
  return endpoint.health === 'DRAINING' || (label !== '' && Boolean(endpoint.labels[label]));
}

function keepsSessions({ registry, service }: EndpointQuery): boolean {
  const label = registry.environment.text('PILOT_PERSISTENT_SESSION_LABEL', 'istio.io/persistent-session');
  return Boolean(service.labels[label]);
}

/** A rule with `minHealthPercent` would make Envoy's panic mode choose unready endpoints, so then they are not sent. */
function sendsUnhealthy({ registry, service, rule, port, subset }: EndpointQuery): boolean {
  if (forcesUnhealthyEndpoints(registry, service)) return true;
  if (!sendsUnhealthyEndpoints(registry, service)) return false;
  const outlier = rulePolicy(rule, port.port, subset)?.outlierDetection;
  return !(Number(outlier?.['minHealthPercent'] ?? 0) > 0);
}
