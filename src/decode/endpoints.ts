import type { Cluster, ClusterLoadAssignment, Message } from '../model/envoy.ts';
import { isObject } from '../model/json.ts';

/**
 * The assignment as it came over EDS. Envoy prints its state instead of the message and adds what it fills in itself:
 * an empty `health_check_config` to each endpoint, and the overprovisioning factor with its default.
 */
export function sentAssignment(assignment: ClusterLoadAssignment): ClusterLoadAssignment {
  const sent: ClusterLoadAssignment = { ...assignment };
  if (isObject(sent['policy']) && sent['policy']['overprovisioning_factor'] === 140) {
    const { overprovisioning_factor: _default, ...policy } = sent['policy'];
    if (Object.keys(policy).length > 0) sent['policy'] = policy;
    else delete sent['policy'];
  }
  if (Array.isArray(sent['endpoints']))
    sent['endpoints'] = sent['endpoints'].map((group: Message) =>
      Array.isArray(group['lb_endpoints'])
        ? { ...group, lb_endpoints: group['lb_endpoints'].map(sentEndpoint) }
        : group,
    );
  return sent;
}

function sentEndpoint(entry: Message): Message {
  const endpoint = entry['endpoint'];
  if (!isObject(endpoint) || !isObject(endpoint['health_check_config'])) return entry;
  if (Object.keys(endpoint['health_check_config']).length > 0) return entry;
  const { health_check_config: _empty, ...rest } = endpoint;
  return { ...entry, endpoint: rest };
}

/**
 * Sorts out the assignments that did not come over EDS: Envoy prints one for each cluster, also for those that find
 * their hosts by DNS, in their own config or by the original destination.
 */
export function splitBySource(
  assignments: readonly ClusterLoadAssignment[],
  clusters: readonly Cluster[],
): { eds: ClusterLoadAssignment[]; resolved: ClusterLoadAssignment[] } {
  const own = new Set(clusters.filter((cluster) => cluster['type'] !== 'EDS').map((cluster) => cluster.name));
  const fetched = new Set(
    clusters
      .filter((cluster) => cluster['type'] === 'EDS')
      .map((cluster) => cluster['eds_cluster_config']?.service_name || cluster.name),
  );
  const isResolved = (assignment: ClusterLoadAssignment): boolean =>
    own.has(assignment.cluster_name) && !fetched.has(assignment.cluster_name);
  return {
    eds: assignments.filter((assignment) => !isResolved(assignment)).map(sentAssignment),
    resolved: assignments.filter(isResolved),
  };
}
