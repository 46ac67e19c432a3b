import ipaddr from 'ipaddr.js';
import { isObject, type JsonObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';

const networkLabel = 'topology.istio.io/network';

/** Finds the network of a workload by its address and labels; '' where networks are not used. */
export type NetworkOf = (address: string, labels: Record<string, string>) => string;

/**
 * The network of a workload (kube Controller.Network): its label, else the label of istiod's namespace, else
 * MeshNetworks: the network of the registry named like the cluster, or the CIDR that the address lies in.
 */
export function networkResolver(networks: JsonObject, clusterId: string, systemNamespace?: Resource): NetworkOf {
  const ofSystem = systemNamespace?.metadata.labels[networkLabel] ?? '';
  const ofRegistry = registryNetwork(networks, clusterId);
  const ranges = cidrRanges(networks);
  return (address, labels) =>
    labels[networkLabel] || ofSystem || ofRegistry || ranges.find((range) => range.contains(address))?.network || '';
}

function* endpointsOf(networks: JsonObject): Generator<[network: string, endpoint: Record<string, unknown>]> {
  const all = networks['networks'];
  if (!isObject(all)) return;
  for (const [name, network] of Object.entries(all)) {
    const endpoints = isObject(network) ? network['endpoints'] : undefined;
    if (!Array.isArray(endpoints)) continue;
    for (const endpoint of endpoints) if (isObject(endpoint)) yield [name, endpoint];
  }
}

function registryNetwork(networks: JsonObject, clusterId: string): string {
  for (const [network, endpoint] of endpointsOf(networks)) if (endpoint['fromRegistry'] === clusterId) return network;
  return '';
}

function cidrRanges(networks: JsonObject): { network: string; contains(address: string): boolean }[] {
  const ranges = [];
  for (const [network, endpoint] of endpointsOf(networks)) {
    const cidr = endpoint['fromCidr'];
    if (typeof cidr !== 'string' || !ipaddr.isValidCIDR(cidr)) continue;
    const [base, bits] = ipaddr.parseCIDR(cidr);
    const contains = (address: string): boolean => {
      if (!ipaddr.isValid(address)) return false;
      const parsed = ipaddr.parse(address);
      return parsed.kind() === base.kind() && parsed.match(base, bits);
    };
    ranges.push({ network, contains });
  }
  return ranges;
}
