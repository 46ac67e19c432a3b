import { behaviour } from '../../model/istio-version.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry, Service } from '../../registry/types.ts';
import { proxyStart } from '../proxy-start.ts';
import type { ClusterContext } from './context.ts';

const changes = new WeakMap<Registry, Map<string, string>>();

/**
 * Whether a proxy may still hold the clusters of a headless service as they were before its endpoints last changed.
 * Auto-mTLS looks at those endpoints, but istiod from 1.32 on sends no clusters when only they change (`cdsNeedsPush`);
 * a proxy that started later has seen them.
 */
export function mayHoldOldHeadless(context: ClusterContext, service: Service): boolean {
  if (service.resolution !== 'Passthrough' || service.registry !== 'Kubernetes') return false;
  if (!context.behaviour.skipsClustersOfHeadless) return false;
  const changed = lastChanges(context.registry).get(`${service.namespace}/${service.name}`);
  return changed !== undefined && proxyStart(context.proxy) <= changed;
}

/** The headless services of the mesh whose clusters a proxy may hold as they were, as a part of a key. */
export function headlessKey(proxy: Proxy, registry: Registry): string {
  if (!behaviour(registry).skipsClustersOfHeadless) return '';
  const start = proxyStart(proxy);
  const changed = lastChanges(registry);
  return registry.services
    .filter(({ resolution, registry: from }) => resolution === 'Passthrough' && from === 'Kubernetes')
    .map(({ namespace, name }) => `${namespace}/${name}`)
    .filter((name) => start <= (changed.get(name) ?? ''))
    .join();
}

/** The last change of each service's endpoints, as the controller that writes EndpointSlices notes it. */
function lastChanges(registry: Registry): Map<string, string> {
  let found = changes.get(registry);
  if (!found) {
    found = new Map();
    for (const { metadata } of registry.resources('EndpointSlice')) {
      const name = `${metadata.namespace}/${metadata.labels['kubernetes.io/service-name']}`;
      const time =
        metadata.annotations['endpoints.kubernetes.io/last-change-trigger-time'] ?? metadata.creationTimestamp ?? '';
      if (time > (found.get(name) ?? '')) found.set(name, time);
    }
    changes.set(registry, found);
  }
  return found;
}
