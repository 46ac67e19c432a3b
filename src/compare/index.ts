import type { Cluster, Message, ProxyConfig, ResourceType } from '../model/envoy.ts';
import { rootField } from './schema.ts';
import type { Comparison } from './types.ts';
import { emptyComparison, Walk } from './walk.ts';

/** Where a config holds the resources of each type, and the field that names them. */
const holders: readonly { type: ResourceType; list: keyof ProxyConfig; name: string }[] = [
  { type: 'cluster', list: 'clusters', name: 'name' },
  { type: 'endpoint', list: 'endpoints', name: 'cluster_name' },
  { type: 'listener', list: 'listeners', name: 'name' },
  { type: 'route', list: 'routes', name: 'name' },
];

/**
 * Compares all that a proxy should hold with all that it holds. Total: each leaf of both sides is compared, or counted
 * in `notCompared` with its reason (`exclusions.ts`, or an `Unknown` of the compiler).
 *
 * Values are compared as proto3 JSON (protobuf.dev, "ProtoJSON"), with the types of Envoy's API: an absent field equals
 * its default, unless it has presence (a message, a wrapper, a member of a oneof). Fields of messages that the API's
 * schema does not know are compared as they are printed.
 *
 * @param types only these resource types; by default all
 */
export function compareConfigs(expected: ProxyConfig, live: ProxyConfig, types?: readonly ResourceType[]): Comparison {
  const into = emptyComparison();
  const discovery = discoveryOf([...live.clusters, ...expected.clusters]);
  for (const { type, list, name } of holders)
    if (!types || types.includes(type))
      compareResources(type, byName(expected[list], name), byName(live[list], name), into, discovery);
  return into;
}

function compareResources(
  type: ResourceType,
  expected: Map<string, Message[]>,
  live: Map<string, Message[]>,
  into: Comparison,
  discovery: ReadonlyMap<string, string>,
): void {
  const root = rootField(type);
  for (const name of new Set([...expected.keys(), ...live.keys()])) {
    const left = expected.get(name) ?? [];
    const right = live.get(name) ?? [];
    for (let at = 0; at < Math.max(left.length, right.length); at++) {
      into.compared.resources++;
      new Walk(type, name, into, discovery.get(name)).compare(left[at], right[at], [], [], root);
    }
  }
}

/** How each cluster finds its hosts; of both sides the expected one decides. */
function discoveryOf(clusters: readonly Cluster[]): ReadonlyMap<string, string> {
  return new Map(clusters.map((cluster) => [cluster.name, String(cluster['type'] ?? '')]));
}

function byName(resources: readonly Message[], field: string): Map<string, Message[]> {
  const found = new Map<string, Message[]>();
  for (const resource of resources) {
    const name = String(resource[field] ?? '');
    found.set(name, [...(found.get(name) ?? []), resource]);
  }
  return found;
}
