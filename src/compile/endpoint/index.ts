import type { Cluster, ClusterLoadAssignment, Message } from '../../model/envoy.ts';
import { OneOf } from '../../model/one-of.ts';
import { derive, deriveField, inherit } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { DestinationRule, Registry, Service, ServicePort } from '../../registry/types.ts';
import { isSniClusterName, parseClusterName } from '../cluster/name.ts';
import { unseenKey } from '../security/unseen-policies.ts';
import { localityText } from './locality.ts';
import { localityGroups } from './locality-groups.ts';
import { applyLocality } from './locality-priority.ts';
import { localitySettings } from './locality-settings.ts';
import { rulePolicy, subsetOf } from './subset.ts';

const known = new WeakMap<Registry, Map<string, WeakMap<Service, Entry[]>>>();

interface Entry {
  rule: DestinationRule | undefined;
  name: string;
  assignment: ClusterLoadAssignment;
}

/**
 * Compiles the load assignment (EDS) of every EDS cluster among `clusters` (istiod's `BuildClusterLoadAssignment`). A
 * cluster that stands for no visible service port has none of its own to fetch and stays empty.
 *
 * Proxies that see endpoints alike share the messages; they must not be changed.
 */
export function compileEndpoints(proxy: Proxy, registry: Registry, clusters: Cluster[]): ClusterLoadAssignment[] {
  const scope = registry.sidecarScope(proxy);
  const result = new Map<string, ClusterLoadAssignment>();
  for (const cluster of clusters) {
    if (cluster['type'] !== 'EDS') continue;
    const name = String(cluster['eds_cluster_config']?.service_name || cluster.name);
    if (result.has(name)) continue;
    const parts = parseClusterName(name);
    const service = parts && scope.serviceByHostname.get(parts.hostname);
    const port = service?.ports.find((item) => item.port === parts?.port);
    if (!service || !port || parts.direction !== 'outbound') result.set(name, { cluster_name: name });
    else result.set(name, shared(proxy, registry, service, port, scope.destinationRule(service), parts.subset, name));
  }
  return [...result.values()];
}

function shared(
  proxy: Proxy,
  registry: Registry,
  service: Service,
  port: ServicePort,
  rule: DestinationRule | undefined,
  subset: string,
  name: string,
): ClusterLoadAssignment {
  let byView = known.get(registry);
  if (!byView) known.set(registry, (byView = new Map()));
  const view = viewOf(proxy, service, rule, registry);
  let byService = byView.get(view);
  if (!byService) byView.set(view, (byService = new WeakMap()));
  let entries = byService.get(service);
  if (!entries) byService.set(service, (entries = []));
  let found = entries.find((entry) => entry.name === name && entry.rule === rule);
  if (!found) {
    found = { name, rule, assignment: build(proxy, registry, service, port, rule, subset, name) };
    entries.push(found);
  }
  return found.assignment;
}

/** All of a proxy that can shape the endpoints of a service, as one text. */
function viewOf(proxy: Proxy, service: Service, rule: DestinationRule | undefined, registry: Registry): string {
  const view = [
    proxy.type,
    proxy.network,
    proxy.clusterId,
    localityText(proxy.locality),
    proxy.env['ISTIO_META_REQUESTED_NETWORK_VIEW'],
  ];
  view.push(unseenKey(proxy, registry));
  if (service.internalTrafficPolicyLocal) view.push(proxy.nodeName);
  // Failover by labels looks at the proxy's labels; of a rule it may stand in any subset or port.
  const settings = localitySettings(registry, undefined, service);
  if (settings?.setting['failoverPriority'] !== undefined || (rule && comparesLabels(rule)))
    view.push(JSON.stringify(proxy.labels));
  return view.join('|');
}

const rulesComparingLabels = new WeakMap<DestinationRule, boolean>();

function comparesLabels(rule: DestinationRule): boolean {
  let found = rulesComparingLabels.get(rule);
  if (found === undefined) {
    found = JSON.stringify(rule.spec).includes('"failoverPriority"');
    rulesComparingLabels.set(rule, found);
  }
  return found;
}

function build(
  proxy: Proxy,
  registry: Registry,
  service: Service,
  port: ServicePort,
  rule: DestinationRule | undefined,
  subset: string,
  name: string,
): ClusterLoadAssignment {
  const sniDnat = isSniClusterName(name);
  const groups = localityGroups({ proxy, registry, service, port, rule, subset, sniDnat, addressesOnly: true });
  let endpoints: Message[] = groups.map((group) => group.message);
  const policy = rulePolicy(rule, port.port, subset);
  const settings = localitySettings(registry, policy?.loadBalancer, service);
  if (settings && endpoints.length > 0)
    endpoints = applyLocality(endpoints, groups, proxy, registry, settings, policy?.outlierDetection !== undefined);
  const assignment: ClusterLoadAssignment = derive({ cluster_name: name }, port.config);
  const filled = asPrinted(endpoints, policy?.outlierDetection !== undefined);
  if (filled.length > 0) assignment['endpoints'] = filled;
  const chosen = subsetOf(rule?.spec, subset);
  return chosen ? deriveField(assignment, 'endpoints', [chosen, 'labels']) : assignment;
}

/**
 * What Envoy keeps of an assignment: of endpoints with one address the first, and no localities without endpoints. Health
 * it prints as it sees it itself: unknown is healthy, draining is unhealthy.
 *
 * @param ejects whether outlier detection is on: then a healthy endpoint may be ejected for a while
 */
function asPrinted(groups: Message[], ejects: boolean): Message[] {
  const seen = new Set<string>();
  return groups.flatMap((group) => {
    const entries = (group['lb_endpoints'] ?? []) as Message[];
    for (const entry of entries) entry['health_status'] = printedHealth(entry['health_status'], ejects);
    const kept = entries.filter((entry) => {
      const key = JSON.stringify(entry['endpoint']?.address);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    if (kept.length === entries.length) return kept.length > 0 ? [group] : [];
    return kept.length > 0 ? [inherit({ ...group, lb_endpoints: kept }, group)] : [];
  });
}

function printedHealth(sent: unknown, ejects: boolean): string | OneOf {
  if (sent === 'UNHEALTHY' || sent === 'DRAINING') return 'UNHEALTHY';
  return ejects ? new OneOf('HEALTHY', 'UNHEALTHY') : 'HEALTHY';
}
