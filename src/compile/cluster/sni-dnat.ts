import type { Cluster } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { matchesLabels } from '../../registry/workload-labels.ts';
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

/** Whether a Gateway with a server of TLS mode AUTO_PASSTHROUGH selects the proxy. */
export function passesTlsThrough(proxy: Proxy, registry: Registry): boolean {
  return registry.resources('Gateway').some((gateway) => {
    const { selector, servers } = gateway.spec;
    if (!Array.isArray(servers)) return false;
    const sameNamespace = registry.environment.flag('PILOT_SCOPE_GATEWAY_TO_NAMESPACE', false);
    if (sameNamespace && gateway.metadata.namespace !== proxy.namespace) return false;
    if (!matchesLabels(isObject(selector) ? (selector as Record<string, string>) : {}, proxy.labels)) return false;
    return servers.some(
      (server) => isObject(server) && isObject(server['tls']) && server['tls']['mode'] === 'AUTO_PASSTHROUGH',
    );
  });
}
