import type { UnseenClusters } from '../../compare/unseen-clusters.ts';
import type { ClusterState } from '../../model/cluster-state.ts';
import type { Registry } from '../../registry/types.ts';

/**
 * The clusters that istiod reads and that were not read here. Of a host of Kubernetes that is not known they may be the
 * only ones to have it, and a headless one gets listeners for their endpoints.
 */
export function unseenIn(state: ClusterState, registry: Registry): UnseenClusters {
  const suffix = `.svc.${registry.domainSuffix}`;
  return {
    ids: state.unseenClusters ?? [],
    isOpen(hostname) {
      if (!hostname.endsWith(suffix)) return false;
      return registry.serviceByHostname(hostname).every(({ resolution }) => resolution === 'Passthrough');
    },
  };
}
