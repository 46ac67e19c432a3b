import type { ResourceType } from '../model/envoy.ts';
import type { Path } from '../model/json.ts';

/**
 * The one table of what is not compared. Every leaf below a matching path is counted with its reason and shown in every
 * output format.
 *
 * Outside the comparison altogether, because istiod does not send it over CDS, LDS, RDS or EDS:
 * - what the bootstrap holds (static clusters, listeners and their endpoints: agent, prometheus_stats, sds-grpc, xds-grpc);
 * - `static_route_configs` of the dump: copies of the route tables that stand inside listeners, where they are compared;
 * - secrets (SDS, answered by the proxy's own agent);
 * - listeners that only drain or warm, and route configurations that no active listener asks for: they serve nothing new;
 *   the decoder sets them aside with a reason, and reports count them as not compared.
 */
interface Exclusion {
  type: ResourceType;
  /** Steps below the resource: a name, `*` for any one step (also an index), `**` for any number of them. */
  path: readonly string[];
  /** Only for endpoints of clusters that find their hosts so (`Cluster.type`; "" for an extension's own way). */
  discovery?: readonly string[];
  /** In a user's words: it is printed as it is. */
  reason: string;
}

const exclusions: readonly Exclusion[] = [
  {
    type: 'endpoint',
    path: ['endpoints'],
    discovery: ['STRICT_DNS', 'LOGICAL_DNS'],
    reason: 'hosts that Envoy found by DNS',
  },
  {
    type: 'endpoint',
    path: ['endpoints'],
    discovery: ['ORIGINAL_DST', ''],
    reason: 'hosts that Envoy found by the destinations of connections',
  },
];

const byLast = new Map<string, Exclusion[]>();
for (const exclusion of exclusions) {
  const last = exclusion.path.at(-1) ?? '';
  byLast.set(last, [...(byLast.get(last) ?? []), exclusion]);
}

/**
 * The reason why nothing at or below `path` is compared, or undefined where it is.
 *
 * @param discovery of an endpoint resource: how its cluster finds hosts
 */
export function exclusionAt(type: ResourceType, path: Path, discovery = 'EDS'): string | undefined {
  const candidates = byLast.get(String(path.at(-1) ?? ''));
  return candidates?.find(
    (exclusion) =>
      exclusion.type === type &&
      (!exclusion.discovery || exclusion.discovery.includes(discovery)) &&
      matches(exclusion.path, path, 0, 0),
  )?.reason;
}

function matches(pattern: readonly string[], path: Path, p: number, s: number): boolean {
  if (p === pattern.length) return s === path.length;
  if (pattern[p] === '**')
    return matches(pattern, path, p + 1, s) || (s < path.length && matches(pattern, path, p, s + 1));
  if (s === path.length) return false;
  return (pattern[p] === '*' || pattern[p] === String(path[s])) && matches(pattern, path, p + 1, s + 1);
}
