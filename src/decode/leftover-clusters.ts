import { warmingListeners } from './leftover-routes.ts';
import type { LiveProxy } from './types.ts';

/**
 * Sets aside clusters in the SNI form (`outbound_.80_._.host`), with their endpoints, where no listener names one.
 * istiod sends them to gateways with AUTO_PASSTHROUGH servers, and does not take them away with the last of these.
 */
export function setLeftoverClustersAside(live: LiveProxy): void {
  const isLeft = ({ name }: { name: string }): boolean => sniForm.test(name);
  if (!live.config.clusters.some(isLeft)) return;
  if (namesSniCluster(live.config.listeners) || namesSniCluster(warmingListeners(live))) return;
  const endpointsOf = (item: { cluster_name: string }): boolean => isLeft({ name: item.cluster_name });
  for (const resource of live.config.clusters.filter(isLeft))
    live.aside.push({ type: 'cluster', name: resource.name, why: 'leftoverCluster', resource });
  for (const resource of live.config.endpoints.filter(endpointsOf))
    live.aside.push({ type: 'endpoint', name: resource.cluster_name, why: 'leftoverCluster', resource });
  live.config.clusters = live.config.clusters.filter((cluster) => !isLeft(cluster));
  live.config.endpoints = live.config.endpoints.filter((item) => !endpointsOf(item));
}

const sniForm = /^(outbound|inbound)_\./;

function namesSniCluster(value: unknown): boolean {
  if (typeof value === 'string') return sniForm.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(namesSniCluster);
}
