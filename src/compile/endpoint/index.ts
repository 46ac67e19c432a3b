import type { Cluster, ClusterLoadAssignment } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { DestinationRule, Registry, Service, SidecarScope } from '../../registry/types.ts';
import { type ClusterSource, sourceOf } from '../cluster/cluster-source.ts';
import { parseClusterName } from '../cluster/name.ts';
import { loadAssignment } from './assignment.ts';
import { View } from './view.ts';

interface Entry {
  rule: DestinationRule | undefined;
  assignment: ClusterLoadAssignment;
}

const known = new WeakMap<Registry, Map<string, Map<Service, Map<string, Entry[]>>>>();

/**
 * Compiles the load assignment (EDS) of every EDS cluster among `clusters`. A cluster that stands for no visible service
 * port has none of its own to fetch and stays empty.
 *
 * Proxies that see endpoints alike share the messages; they must not be changed.
 */
export function compileEndpoints(proxy: Proxy, registry: Registry, clusters: Cluster[]): ClusterLoadAssignment[] {
  let byView = known.get(registry);
  if (!byView) known.set(registry, (byView = new Map()));
  const view = new View(proxy, registry);
  const scope = registry.sidecarScope(proxy);
  const result = new Map<string, ClusterLoadAssignment>();
  for (const cluster of clusters) {
    if (cluster['type'] !== 'EDS') continue;
    const name = String(cluster['eds_cluster_config']?.service_name || cluster.name);
    if (result.has(name)) continue;
    const source = sourceOf(cluster) ?? sourceByName(scope, name);
    if (!source) {
      result.set(name, { cluster_name: name });
      continue;
    }
    const { service, rule } = source;
    const byService = valueOf(byView, view.of(service, rule), () => new Map<Service, Map<string, Entry[]>>());
    const byName = valueOf(byService, service, () => new Map<string, Entry[]>());
    const entries = valueOf(byName, name, () => []);
    let entry = entries.find((item) => item.rule === rule);
    if (!entry) {
      entry = { rule, assignment: loadAssignment(proxy, registry, name, source) };
      entries.push(entry);
    }
    result.set(name, entry.assignment);
  }
  return [...result.values()];
}

/** What a cluster stands for by its name, as istiod reads it when a proxy subscribes to its endpoints. */
function sourceByName(scope: SidecarScope, name: string): ClusterSource | undefined {
  const parts = parseClusterName(name);
  if (parts?.direction !== 'outbound') return undefined;
  const service = scope.serviceByHostname.get(parts.hostname);
  const port = service?.ports.find((item) => item.port === parts.port);
  return service && port && { service, port, rule: scope.destinationRule(service), subset: parts.subset };
}

function valueOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
