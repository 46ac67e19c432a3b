import { behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import type { Endpoint } from '../../registry/types.ts';
import { mtlsMode } from '../security/peer-authentication.ts';
import { comesFrom, unseenPolicies } from '../security/unseen-policies.ts';
import type { EndpointQuery } from './locality-groups.ts';
import { subsetOf } from './subset.ts';

/** Whether mutual TLS of the mesh is used towards an endpoint, and what decided it. */
export interface MtlsChoice {
  enabled: boolean;
  /** The proxy may not know of what turned it off. */
  unseen?: boolean;
  source?: Source;
}

export type MtlsCheck = (endpoint: Endpoint) => MtlsChoice;

/**
 * Mutual TLS towards endpoints (istiod's `mtlsChecker`): the rule's mode decides for all; without one the endpoint's own
 * `tlsMode`, unless PeerAuthentication disables mutual TLS on its port.
 */
export function mtlsCheck({ proxy, registry, rule, subset, port }: EndpointQuery): MtlsCheck {
  const declared = declaredTls(rule?.spec, subset, port.port, behaviour(registry).subsetInheritsTlsMode);
  if (declared) {
    const result = { enabled: declared['mode'] === 'ISTIO_MUTUAL', source: [declared, 'mode'] as const };
    return () => result;
  }
  const unseen = unseenPolicies(proxy, registry);
  return (endpoint) => {
    if (endpoint.tlsMode !== 'istio') return { enabled: false };
    const { mode, source } = mtlsMode(registry, endpoint.namespace, endpoint.labels, endpoint.port);
    if (mode !== 'DISABLE') return { enabled: true, source };
    return { enabled: false, unseen: comesFrom(source, unseen), source };
  };
}

/** The rule's `tls` for the port: the subset's, else the host's (which 1.29 does not look at for subsets). */
function declaredTls(
  spec: JsonObject | undefined,
  subsetName: string,
  port: number,
  inherits: boolean,
): JsonObject | undefined {
  if (!spec) return undefined;
  if (subsetName === '') return tlsForPort(spec['trafficPolicy'], port);
  const subset = subsetOf(spec, subsetName);
  if (!subset) return undefined;
  return tlsForPort(subset['trafficPolicy'], port) ?? (inherits ? tlsForPort(spec['trafficPolicy'], port) : undefined);
}

function tlsForPort(policy: unknown, port: number): JsonObject | undefined {
  if (!isObject(policy)) return undefined;
  const settings = policy['portLevelSettings'];
  const own = Array.isArray(settings)
    ? settings.find(
        (item) => isObject(item) && isObject(item['port']) && item['port']['number'] === port && isObject(item['tls']),
      )
    : undefined;
  const tls = isObject(own) ? own['tls'] : policy['tls'];
  return isObject(tls) ? (tls as JsonObject) : undefined;
}
