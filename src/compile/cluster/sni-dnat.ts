import type { Cluster } from '../../model/envoy.ts';
import { dnsGroups } from '../endpoint/dns-groups.ts';
import { discoveryType, serviceCluster } from './base-cluster.ts';
import { noteSource } from './cluster-source.ts';
import type { ClusterContext } from './context.ts';
import { finish } from './draft.ts';
import { sniClusterName } from './name.ts';
import { applyDestinationRule } from './rule-clusters.ts';

/** The clusters of an AUTO_PASSTHROUGH gateway: all services of the mesh, reached by SNI, TLS untouched (istiod's `buildOutboundSniDnatClusters`). */
export function sniDnatClusters(context: ClusterContext): Cluster[] {
  const clusters: Cluster[] = [];
  for (const service of context.scope.services) {
    if (service.meshExternal) continue;
    const rule = context.scope.destinationRule(service);
    const dns = service.resolution === 'DNSLB' || service.resolution === 'DNSRoundRobinLB';
    for (const port of service.ports) {
      if (port.protocol === 'UDP') continue;
      const name = sniClusterName(service.hostname, port.port);
      const groups = dns ? dnsGroups(context, service, port, rule, '', true) : [];
      const draft = serviceCluster(context, name, discoveryType(context, service), service, port, '', groups);
      if (!draft) continue;
      const subsets = applyDestinationRule(context, draft, 'sni-dnat', service, port, rule, []);
      clusters.push(noteSource(finish(draft), { service, port, rule, subset: '' }), ...subsets);
    }
  }
  return clusters;
}
