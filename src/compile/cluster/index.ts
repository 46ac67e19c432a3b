import type { Cluster } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';

/** Compiles every cluster (CDS) of a proxy: outbound per service port and subset, inbound, passthrough and black hole. */
export function compileClusters(_proxy: Proxy, _registry: Registry): Cluster[] {
  return [];
}
