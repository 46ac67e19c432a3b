import type { Locality } from '../model/proxy.ts';

const networkLabel = 'topology.istio.io/network';

/** A workload's labels with what is known of its place added (labelutil.AugmentLabels); its own network label stays. */
export function augmentLabels(
  labels: Record<string, string>,
  clusterId: string,
  locality: Locality,
  nodeName: string,
  network: string,
): Record<string, string> {
  const result = { ...labels };
  const add = (name: string, value: string): void => {
    if (value !== '') result[name] = value;
  };
  add('topology.kubernetes.io/region', locality.region);
  add('topology.kubernetes.io/zone', locality.zone);
  add('topology.istio.io/subzone', locality.subzone);
  add('topology.istio.io/cluster', clusterId);
  add('kubernetes.io/hostname', nodeName);
  if (!result[networkLabel]) add(networkLabel, network);
  return result;
}

/** Whether `labels` hold every label of `selector` (labels.Instance.SubsetOf); an empty selector matches everything. */
export function matchesLabels(selector: Record<string, string>, labels: Record<string, string>): boolean {
  for (const [name, value] of Object.entries(selector)) if (labels[name] !== value) return false;
  return true;
}
