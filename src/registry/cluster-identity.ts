import type { Resource } from '../model/resource.ts';
import { readIstiod } from './environment.ts';
import { findContainer, literalEnvironment } from './pod-spec.ts';
import { ResourceIndex } from './resources.ts';

/** What a cluster is to a mesh. */
export interface ClusterIdentity {
  /** As Istio knows it. */
  clusterId: string;
  /** Whether an istiod runs in it, so that its own objects configure its proxies. */
  controls: boolean;
}

/** Read from istiod's `CLUSTER_ID`, else from what the most proxies were injected with, else Istio's default. */
export function identityOf(resources: readonly Resource[]): ClusterIdentity {
  const relevant = resources.filter((it) => it.kind === 'Pod' || it.kind === 'Deployment');
  const istiod = readIstiod(new ResourceIndex(relevant));
  const declared = istiod.environment.raw['CLUSTER_ID'];
  return { clusterId: declared || injectedId(relevant) || 'Kubernetes', controls: istiod.image !== '' };
}

function injectedId(resources: readonly Resource[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { kind, spec } of resources) {
    const container = kind === 'Pod' ? findContainer(spec, 'istio-proxy') : undefined;
    const id = container && literalEnvironment(container)['ISTIO_META_CLUSTER_ID'];
    if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
