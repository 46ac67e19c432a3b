import type { Cluster, Message, ProxyConfig, ResourceType } from '../model/envoy.ts';
import type { ComparisonMemory } from './memory.ts';
import { rootField } from './schema.ts';
import type { Comparison } from './types.ts';
import { emptyComparison, Walk } from './walk.ts';

/** Where a config holds the resources of each type, and the field that names them. */
const holders: readonly {
  type: ResourceType;
  list: 'clusters' | 'endpoints' | 'listeners' | 'routes';
  name: string;
}[] = [
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
  for (const one of comparisons(expected, live, types)) add(into, one);
  return into;
}

/**
 * The same from one resource to the next, for those that have other things to do meanwhile.
 *
 * @param memory of former comparisons; a result then shares its differences with those of other proxies
 */
export function* compareInSteps(
  expected: ProxyConfig,
  live: ProxyConfig,
  memory: ComparisonMemory,
): Generator<undefined, Comparison> {
  const into = emptyComparison();
  for (const one of comparisons(expected, live, undefined, memory)) {
    add(into, one);
    yield;
  }
  return into;
}

/** What each pair of resources of one name gives. */
function* comparisons(
  expected: ProxyConfig,
  live: ProxyConfig,
  types: readonly ResourceType[] | undefined,
  memory?: ComparisonMemory,
): Generator<Comparison, void> {
  const discovery = discoveryOf([...live.clusters, ...expected.clusters]);
  for (const { type, list, name: field } of holders) {
    if (types && !types.includes(type)) continue;
    const root = rootField(type);
    const [left, right] = [byName(expected[list], field), byName(live[list], field)];
    for (const name of new Set([...left.keys(), ...right.keys()])) {
      const found = discovery.get(name);
      const [ours, theirs] = [left.get(name) ?? [], right.get(name) ?? []];
      for (let at = 0; at < Math.max(ours.length, theirs.length); at++) {
        const [one, other] = [ours[at], theirs[at]];
        const compare = (): Comparison => {
          const result = emptyComparison();
          new Walk(type, name, result, found).compare(one, other, [], [], root);
          return result;
        };
        yield memory && one && other ? memory.of(one, other, `${type} ${found}`, compare) : compare();
      }
    }
  }
}

function add(into: Comparison, one: Comparison): void {
  into.compared.resources++;
  into.compared.leaves += one.compared.leaves;
  for (const difference of one.differences) into.differences.push(difference);
  for (const [reason, count] of one.notCompared)
    into.notCompared.set(reason, (into.notCompared.get(reason) ?? 0) + count);
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
