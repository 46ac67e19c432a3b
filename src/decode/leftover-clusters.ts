import type { LiveProxy } from './types.ts';

/**
 * Moves clusters in the SNI form (`outbound_.80_._.host`) from `config` to `leftoverClusters` where no listener names one.
 * istiod sends them to gateways with AUTO_PASSTHROUGH servers, and does not take them away with the last of these.
 */
export function setLeftoverClustersAside(live: LiveProxy): void {
  const isLeft = ({ name }: { name: string }): boolean => sniForm.test(name);
  if (!live.config.clusters.some(isLeft)) return;
  if (namesSniCluster(live.config.listeners) || namesSniCluster(live.warmingListeners)) return;
  live.leftoverClusters.push(...live.config.clusters.filter(isLeft).map(({ name }) => name));
  live.config.clusters = live.config.clusters.filter((cluster) => !isLeft(cluster));
  live.config.endpoints = live.config.endpoints.filter((item) => !isLeft({ name: item.cluster_name }));
}

const sniForm = /^(outbound|inbound)_\./;

function namesSniCluster(value: unknown): boolean {
  if (typeof value === 'string') return sniForm.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(namesSniCluster);
}
