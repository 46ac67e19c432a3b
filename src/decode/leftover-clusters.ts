import { isObject } from '../model/json.ts';
import type { LiveProxy } from './types.ts';

/**
 * Moves clusters in the SNI form (`outbound_.80_._.host`) from `config` to `leftoverClusters` where no listener leads by
 * SNI. istiod sends them to gateways with AUTO_PASSTHROUGH servers, and does not take them away with the last of these.
 */
export function setLeftoverClustersAside(live: LiveProxy): void {
  if (leadsBySni(live.config.listeners) || leadsBySni(live.warmingListeners)) return;
  const isLeft = ({ name }: { name: string }): boolean => /^(outbound|inbound)_\./.test(name);
  live.leftoverClusters.push(...live.config.clusters.filter(isLeft).map(({ name }) => name));
  live.config.clusters = live.config.clusters.filter((cluster) => !isLeft(cluster));
  live.config.endpoints = live.config.endpoints.filter((item) => !isLeft({ name: item.cluster_name }));
}

/** Whether a filter that takes the cluster's name from SNI stands anywhere below. */
function leadsBySni(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(leadsBySni);
  if (!isObject(value)) return false;
  return value['name'] === 'envoy.filters.network.sni_cluster' || Object.values(value).some(leadsBySni);
}
