import type { Examined } from '../../src/app/drift/examine.ts';
import { unexplainedFindings } from '../../src/app/drift/unexplained.ts';
import { compareConfigs } from '../../src/compare/index.ts';
import { canonical } from '../../src/compare/lists.ts';
import type { Message, ProxyConfig } from '../../src/model/envoy.ts';
import { formatPath } from '../../src/model/json.ts';
import { type Origin, originsAt } from '../../src/model/provenance.ts';
import { resourceName } from '../../src/model/resource.ts';
import type { Leaf } from './mutate.ts';

/** An examined proxy with what it holds, and what it should hold compiled for it alone. */
export interface Subject extends Examined {
  live: ProxyConfig;
}

export interface Outcome {
  path: string;
  found: boolean;
  /** The leaf stands where nothing is compared: the count of what is not compared shows it. */
  notCompared: boolean;
  /** `drift` has a finding of it. */
  reported: boolean;
  /** The compiled value at the leaf comes from a resource. */
  fromResource: boolean;
  /** The finding names one of the resources that the value comes from. */
  attributed: boolean;
  ledTo: string;
  right: string;
}

const nameField = (leaf: Leaf) => (leaf.type === 'endpoint' ? 'cluster_name' : 'name');

/**
 * Where the compiled value at a leaf comes from, found before the mutation: its place among the expected values is
 * looked up by equal content, without the comparison's help.
 */
export function rightOrigins({ expected, live }: Subject, leaf: Leaf): Origin[] {
  const root = (expected[leaf.list] as Message[]).find((item) => String(item[nameField(leaf)] ?? '') === leaf.name);
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
 * Compares what a mutation can have touched (the resource of the leaf, under its name before and after) and reports it as
 * `drift` does, with the other proxies as the control group.
 *
 * @param right where the value at the leaf comes from
 */
export function judge(proxy: Subject, all: readonly Examined[], leaf: Leaf, right: readonly Origin[]): Outcome {
  const { expected, live } = proxy;
  const resource = live[leaf.list][leaf.index] as Message;
  const names = new Set([leaf.name, String(resource[nameField(leaf)] ?? '')]);
  const narrow = (config: ProxyConfig): ProxyConfig => {
    // Clusters say how the hosts of an endpoint resource are found.
    const empty: ProxyConfig = { clusters: config.clusters, endpoints: [], listeners: [], routes: [] };
    const list = config[leaf.list] as Message[];
    return { ...empty, [leaf.list]: list.filter((item) => names.has(String(item[nameField(leaf)] ?? ''))) };
  };
  const { differences, notCompared } = compareConfigs(narrow(expected), narrow(live), [leaf.type]);
  const odd = { ...proxy, differences };
  const findings = differences.length === 0 ? [] : unexplainedFindings([odd], all, () => undefined);
  const rightNames = new Set(right.map((origin) => resourceName(origin.resource)));
  return {
    path: formatPath(leaf.path),
    found: differences.length > 0,
    notCompared: differences.length === 0 && notCompared.size > 0,
    reported: findings.some(({ severity }) => severity !== 'info'),
    fromResource: differences.length > 0 && rightNames.size > 0,
    attributed: findings.some((finding) => rightNames.has(finding.resource)),
    ledTo: findings.map((finding) => finding.resource).join(', '),
    right: [...rightNames].join(', '),
  };
}
