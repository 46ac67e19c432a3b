import { compareConfigs } from '../../src/compare/index.ts';
import { canonical } from '../../src/compare/lists.ts';
import type { Comparison, Difference } from '../../src/compare/types.ts';
import type { Message, ProxyConfig, ResourceType } from '../../src/model/envoy.ts';
import { formatPath } from '../../src/model/json.ts';
import { type Origin, originsAt } from '../../src/model/provenance.ts';
import type { Leaf, Mutation } from './mutate.ts';

export interface Outcome {
  what: string;
  at: string;
  found: boolean;
  /** The leaf stands where nothing is compared: the count of what is not compared shows it. */
  notCompared: boolean;
  /** The compiled value at the leaf comes from a resource. */
  hasOrigin: boolean;
  /** A difference leads to (one of) the resources that the value comes from. */
  attributed: boolean;
}

const lists: Record<ResourceType, keyof ProxyConfig> = {
  cluster: 'clusters',
  endpoint: 'endpoints',
  listener: 'listeners',
  route: 'routes',
};

/**
 * The resources that the compiled value at a leaf comes from, found before the mutation: the leaf's place among the
 * expected values is looked up by equal content, without the comparison's help.
 */
export function rightOrigins(expected: ProxyConfig, live: ProxyConfig, leaf: Leaf): Origin[] {
  const name = (item: Message) => String(item[leaf.type === 'endpoint' ? 'cluster_name' : 'name'] ?? '');
  const root = (expected[leaf.list] as Message[]).find((item) => name(item) === leaf.name);
  let ours: any = root;
  let theirs: any = live[leaf.list][leaf.index];
  const path: (string | number)[] = [];
  for (const step of leaf.path) {
    if (Array.isArray(theirs) && Array.isArray(ours)) {
      const content = canonical(theirs[step as number]);
      const same = ours.findIndex((item) => canonical(item) === content);
      path.push(same < 0 ? step : same);
    } else path.push(step);
    ours = ours?.[path.at(-1) as string];
    theirs = theirs?.[step];
  }
  return root ? originsAt(root, path) : [];
}

/**
 * Compares only what a mutation can have touched: the resource of the leaf, under its name before and after.
 *
 * @param right where the value at the leaf comes from
 * @param clean the comparison without the mutation, which has no differences
 */
export function judge(
  expected: ProxyConfig,
  live: ProxyConfig,
  leaf: Leaf,
  mutation: Mutation,
  right: readonly Origin[],
  clean: Comparison,
): Outcome {
  const field = leaf.type === 'endpoint' ? 'cluster_name' : 'name';
  const resource = live[leaf.list][leaf.index] as Message;
  const names = new Set([leaf.name, String(resource[field] ?? '')]);
  const narrow = (config: ProxyConfig): ProxyConfig => {
    const empty: ProxyConfig = { clusters: [], endpoints: [], listeners: [], routes: [] };
    const list = config[leaf.list] as Message[];
    return { ...empty, [leaf.list]: list.filter((item) => names.has(String(item[field] ?? ''))) };
  };
  const before = narrow(expected);
  const { differences, notCompared } = compareConfigs(before, narrow(live), [leaf.type]);
  const found = differences.length > 0;
  const origins = differences.flatMap((difference) => originsOf(before, difference));
  return {
    what: `${leaf.type} ${leaf.name} ${formatPath(leaf.path)}: ${mutation.what}`,
    at: '',
    found,
    notCompared: !found && notCompared.size > 0 && clean.notCompared.size > 0,
    hasOrigin: found && right.length > 0,
    attributed: found && right.some((origin) => origins.some(({ resource }) => resource === origin.resource)),
  };
}

function originsOf(expected: ProxyConfig, difference: Difference): Origin[] {
  const list = expected[lists[difference.type]] as Message[];
  const field = difference.type === 'endpoint' ? 'cluster_name' : 'name';
  const resource = list.find((item) => item[field] === difference.name);
  return resource ? originsAt(resource, difference.expectedPath) : [];
}
