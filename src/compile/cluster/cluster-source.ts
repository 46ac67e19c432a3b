import type { Cluster } from '../../model/envoy.ts';
import type { DestinationRule, Service, ServicePort } from '../../registry/types.ts';

/** What an outbound cluster was compiled for. */
export interface ClusterSource {
  service: Service;
  port: ServicePort;
  rule: DestinationRule | undefined;
  /** '' for the port's own cluster. */
  subset: string;
}

const sources = new WeakMap<Cluster, ClusterSource>();

/** Notes what a cluster stands for, so that its endpoints need not be looked up by its name. Returns the cluster. */
export function noteSource(cluster: Cluster, source: ClusterSource): Cluster {
  sources.set(cluster, source);
  return cluster;
}

/** What a cluster was compiled for; undefined for one that was patched, or made up by an EnvoyFilter. */
export function sourceOf(cluster: Cluster): ClusterSource | undefined {
  return sources.get(cluster);
}
