import type { ClusterLoadAssignment, Message } from '../../model/envoy.ts';
import { OneOf } from '../../model/one-of.ts';
import { derive, deriveField, inherit } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import type { ClusterSource } from '../cluster/cluster-source.ts';
import { isSniClusterName } from '../cluster/name.ts';
import { localityGroups } from './locality-groups.ts';
import { applyLocality } from './locality-priority.ts';
import { localitySettings } from './locality-settings.ts';
import { rulePolicy, subsetOf } from './subset.ts';

/** The load assignment of one cluster, as a proxy that was sent it prints it (istiod's `BuildClusterLoadAssignment`). */
export function loadAssignment(
  proxy: Proxy,
  registry: Registry,
  name: string,
  { service, port, rule, subset }: ClusterSource,
): ClusterLoadAssignment {
  const sniDnat = isSniClusterName(name);
  const groups = localityGroups({ proxy, registry, service, port, rule, subset, sniDnat, addressesOnly: true });
  let endpoints: Message[] = groups.map((group) => group.message);
  const policy = rulePolicy(rule, port.port, subset);
  const outlierDetection = policy?.outlierDetection !== undefined;
  const settings = localitySettings(registry, policy?.loadBalancer, service);
  if (settings && endpoints.length > 0)
    endpoints = applyLocality(endpoints, groups, proxy, registry, settings, outlierDetection);
  const assignment: ClusterLoadAssignment = derive({ cluster_name: name }, port.config);
  const filled = asPrinted(endpoints, outlierDetection);
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
    const entries: unknown = group['lb_endpoints'] ?? [];
    if (!Array.isArray(entries)) return [group];
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
