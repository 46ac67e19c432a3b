import type { Cluster, Message } from '../../model/envoy.ts';
import { isWildcard } from '../../registry/hostname.ts';
import type { DestinationRule, Registry, Service, ServicePort } from '../../registry/types.ts';
import { dnsGroups } from '../endpoint/dns-groups.ts';
import { localityText } from '../endpoint/locality.ts';
import { unseenKey } from '../security/unseen-policies.ts';
import { discoveryType, serviceCluster } from './base-cluster.ts';
import { noteSource } from './cluster-source.ts';
import type { ClusterContext } from './context.ts';
import { finish } from './draft.ts';
import { dynamicDnsClusters } from './dynamic-dns.ts';
import { mayHoldOldHeadless } from './headless-tls.ts';
import { ipFamily } from './ip-family.ts';
import { outboundClusterName } from './name.ts';
import { applyDestinationRule } from './rule-clusters.ts';
import { serviceAccounts } from './service-accounts.ts';

interface Entry {
  rule: DestinationRule | undefined;
  clusters: Cluster[];
}

const known = new WeakMap<Registry, Map<string, WeakMap<Service, Entry[]>>>();

/**
 * The outbound clusters of a proxy: one for each port of each service and for each subset of the rule in force (istiod's
 * `buildOutboundClusters`). Proxies that see a service alike share the messages; they must not be changed.
 */
export function outboundClusters(context: ClusterContext, services: readonly Service[]): Cluster[] {
  let byView = known.get(context.registry);
  if (!byView) known.set(context.registry, (byView = new Map()));
  const views = { plain: viewOf(context), dns: '' };
  const clusters: Cluster[] = [];
  for (const service of services) {
    if (service.resolution === 'Alias') continue;
    let view = views.plain;
    if (isDns(service))
      view = views.dns ||= `${views.plain}|${context.proxy.nodeName}|${JSON.stringify(context.proxy.labels)}`;
    if (mayHoldOldHeadless(context, service)) view = `${view}|old`;
    let byService = byView.get(view);
    if (!byService) byView.set(view, (byService = new WeakMap()));
    let entries = byService.get(service);
    if (!entries) byService.set(service, (entries = []));
    const rule = context.scope.destinationRule(service);
    let found = entries.find((entry) => entry.rule === rule);
    if (!found) {
      found = { rule, clusters: serviceClusters(context, service, rule) };
      entries.push(found);
    }
    for (const cluster of found.clusters) clusters.push(cluster);
  }
  return clusters;
}

/** All of a proxy that can shape the clusters of a service, as one text. */
function viewOf({ proxy, registry, preserveHeaderCase, certificates }: ClusterContext): string {
  const certs = certificates ? `${certificates.certChain}~${certificates.key}~${certificates.rootCert}` : '';
  return [
    proxy.type,
    proxy.clusterId,
    proxy.network,
    localityText(proxy.locality),
    ipFamily(proxy),
    preserveHeaderCase,
    certs,
    unseenKey(proxy, registry),
  ].join('|');
}

function isDns(service: Service): boolean {
  return service.resolution === 'DNSLB' || service.resolution === 'DNSRoundRobinLB';
}

function serviceClusters(context: ClusterContext, service: Service, rule: DestinationRule | undefined): Cluster[] {
  if (isWildcard(service.hostname) && service.resolution === 'DynamicDNS')
    return dynamicDnsClusters(context, service, rule);
  if (service.resolution === 'DynamicDNS' && !context.behaviour.sidecarDynamicDns) return [];
  return service.ports
    .filter((port) => port.protocol !== 'UDP')
    .flatMap((port) => portClusters(context, service, port, rule));
}

function portClusters(
  context: ClusterContext,
  service: Service,
  port: ServicePort,
  rule: DestinationRule | undefined,
): Cluster[] {
  const name = outboundClusterName(service.hostname, port.port);
  const groups = isDns(service) ? dnsGroups(context, service, port, rule) : [];
  const draft = serviceCluster(context, name, discoveryType(context, service), service, port, '', groups);
  if (!draft) return [];
  // istiod hands only the first locality over to failover by labels.
  if (groups.length > 0) draft.groups = groups.slice(0, 1);
  keepSessions(context, draft.cluster, service);
  const subsets = applyDestinationRule(
    context,
    draft,
    'outbound',
    service,
    port,
    rule,
    serviceAccounts(context.registry, service),
  );
  return [noteSource(finish(draft), { service, port, rule, subset: '' }), ...subsets];
}

/** Services with persistent sessions keep endpoints that drain, for the sessions they have (`SupportsDrainingEndpoints`). */
function keepSessions({ registry }: ClusterContext, cluster: Cluster, service: Service): void {
  const { environment } = registry;
  const labels = [
    environment.text('PILOT_PERSISTENT_SESSION_LABEL', 'istio.io/persistent-session'),
    environment.text('PILOT_PERSISTENT_SESSION_HEADER_LABEL', 'istio.io/persistent-session-header'),
  ];
  if (!labels.some((label) => label !== '' && Boolean(service.labels[label]))) return;
  const common = cluster['common_lb_config'] as Message;
  common['override_host_status'] = { statuses: ['HEALTHY', 'DRAINING', 'UNKNOWN', 'DEGRADED'] };
}
