import type { Cluster, ClusterLoadAssignment, Message } from '../../model/envoy.ts';
import { derive, inherit, originsAt } from '../../model/provenance.ts';

const printed = new WeakMap<ClusterLoadAssignment, ClusterLoadAssignment>();

/**
 * The assignments as Envoy prints them. `/config_dump?include_eds` shows its state, not the messages that it was sent
 * (Envoy's `ConfigDumpHandler::dumpEndpointConfigs`): one assignment for each cluster, also for those that do not use
 * EDS, the overprovisioning factor with its default, and a `health_check_config` for each endpoint.
 *
 * @param assignments of EDS; shared between proxies and not changed
 */
export function printedEndpoints(
  assignments: readonly ClusterLoadAssignment[],
  clusters: readonly Cluster[],
): ClusterLoadAssignment[] {
  const fetched = new Set(assignments.map((assignment) => assignment.cluster_name));
  const own = clusters.filter((cluster) => cluster['type'] !== 'EDS' && !fetched.has(cluster.name));
  return [...assignments.map(printedAssignment), ...own.map(resolvedAssignment)];
}

function printedAssignment(assignment: ClusterLoadAssignment): ClusterLoadAssignment {
  const known = printed.get(assignment);
  if (known) return known;
  const result: ClusterLoadAssignment = inherit({ ...assignment, policy: policyOf(assignment) }, assignment);
  if (Array.isArray(assignment['endpoints']))
    result['endpoints'] = eachEndpoint(assignment['endpoints'], printedEndpoint);
  printed.set(assignment, result);
  return result;
}

function policyOf(assignment: Message): Message {
  return inherit({ overprovisioning_factor: 140, ...assignment['policy'] }, assignment['policy'] ?? assignment);
}

function printedEndpoint(entry: Message): Message {
  if (entry['endpoint'] === undefined) return entry;
  const endpoint = inherit({ health_check_config: {}, ...entry['endpoint'] }, entry['endpoint']);
  return inherit({ ...entry, endpoint }, entry);
}

/**
 * Hosts of a STATIC cluster are those in its own config, with the state they have. Those that Envoy finds by DNS or by the
 * original destination of connections are not known; the comparison leaves them out.
 */
function resolvedAssignment(cluster: Cluster): ClusterLoadAssignment {
  const origins = originsAt(cluster, ['name']);
  const result: ClusterLoadAssignment = derive({ cluster_name: cluster.name }, ...origins);
  const inline = cluster['load_assignment'];
  result['policy'] = policyOf(inline ?? {});
  if (cluster['type'] !== 'STATIC' || !Array.isArray(inline?.endpoints)) return result;
  const hosts = eachEndpoint(inline.endpoints, (entry) =>
    printedEndpoint(inherit({ health_status: 'HEALTHY', load_balancing_weight: 1, ...entry }, entry)),
  );
  result['endpoints'] = hosts.map((group) => inherit({ locality: {}, load_balancing_weight: 0, ...group }, group));
  return result;
}

function eachEndpoint(groups: Message[], change: (entry: Message) => Message): Message[] {
  return groups.map((group) =>
    Array.isArray(group['lb_endpoints'])
      ? inherit({ ...group, lb_endpoints: inherit(group['lb_endpoints'].map(change), group['lb_endpoints']) }, group)
      : group,
  );
}
