import ipaddr from 'ipaddr.js';
import type { Message } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { derive } from '../../model/provenance.ts';
import type { Registry } from '../../registry/types.ts';

/**
 * `internal_address_config` from the CIDRs of the mesh's networks (ConfigMap key `meshNetworks`): without it Envoy
 * counts no peer as internal and strips trusted headers (istiod's `MeshNetworksToEnvoyInternalAddressConfig`).
 */
export function internalAddressConfig(registry: Registry, useRemoteAddress: boolean): Message | undefined {
  if (!useRemoteAddress && !registry.environment.flag('ENABLE_HCM_INTERNAL_NETWORKS', false)) return undefined;
  const networks = registry.meshNetworks?.['networks'];
  if (!isObject(networks)) return undefined;
  const ranges: { address: string; bytes: number[]; length: number; source: object }[] = [];
  for (const network of Object.values(networks))
    for (const endpoint of isObject(network) && Array.isArray(network['endpoints']) ? network['endpoints'] : []) {
      const cidr = isObject(endpoint) ? endpoint['fromCidr'] : undefined;
      if (typeof cidr !== 'string' || !isObject(endpoint)) continue;
      const [address = '', length] = cidr.split('/');
      if (!ipaddr.isValid(address)) continue;
      const bytes = ipaddr.parse(address).toByteArray();
      ranges.push({ address, bytes, length: Number(length ?? bytes.length * 8), source: endpoint });
    }
  if (ranges.length === 0) return undefined;
  ranges.sort((a, b) => compareBytes(a.bytes, b.bytes) || a.length - b.length);
  return {
    cidr_ranges: ranges.map((range) =>
      derive({ address_prefix: range.address, prefix_len: range.length }, [range.source, 'fromCidr']),
    ),
  };
}

function compareBytes(a: number[], b: number[]): number {
  if (a.length !== b.length) return a.length - b.length;
  for (const [index, byte] of a.entries()) if (byte !== b[index]) return byte - (b[index] ?? 0);
  return 0;
}
