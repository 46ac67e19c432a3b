import type { Cluster } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { clusterContext } from './context.ts';
import { allowAnyDynamicDnsCluster } from './dynamic-dns.ts';
import { blackHoleCluster, inboundPassthroughCluster, passthroughCluster } from './fixed.ts';
import { gatewayServices, passesTlsThrough } from './gateway-services.ts';
import { inboundClusters } from './inbound.ts';
import { outboundClusters } from './outbound.ts';
import { sniDnatClusters } from './sni-dnat.ts';

/**
 * Compiles every cluster (CDS) of a proxy: outbound per service port and subset, inbound, passthrough and black hole
 * (istiod's `buildClusters`). Of clusters with one name the first counts.
 *
 * Proxies that see a service alike share its messages; they must not be changed.
 */
export function compileClusters(proxy: Proxy, registry: Registry): Cluster[] {
  const context = clusterContext(proxy, registry);
  const clusters = outboundClusters(
    context,
    proxy.type === 'router' ? gatewayServices(context) : context.scope.services,
  );
  clusters.push(blackHoleCluster(context));
  if (proxy.type === 'router') {
    if (passesTlsThrough(proxy, registry)) clusters.push(...sniDnatClusters(context));
  } else {
    clusters.push(passthroughCluster(context));
    if ((context.scope.outboundTrafficPolicy.mode as string) === 'ALLOW_ANY_DYNAMIC_DNS')
      clusters.push(allowAnyDynamicDnsCluster(context));
    clusters.push(...inboundClusters(context), inboundPassthroughCluster(context));
  }
  const names = new Set<string>();
  return clusters.filter((cluster) => !names.has(cluster.name) && names.add(cluster.name));
}
