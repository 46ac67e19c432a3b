import type { ProxyConfig } from '../model/envoy.ts';
import { isObject, objects } from '../model/json.ts';
import type { Comparison, Difference } from './types.ts';

/** Clusters that istiod reads and that were not read here. */
export interface UnseenClusters {
  /** As Istio knows them. */
  ids: readonly string[];
  /** Whether other clusters may make a host known, or give it listeners, beyond what was read. */
  isOpen(hostname: string): boolean;
}

/**
 * Takes out of a comparison what a live proxy may hold of clusters that were not read: their endpoints and the weights
 * that these change, identities of their workloads, hosts that only they have. It is counted as not compared; what is of
 * the clusters that were read is compared as ever.
 */
export function withoutUnseen(comparison: Comparison, live: ProxyConfig, unseen: UnseenClusters): Comparison {
  if (unseen.ids.length === 0) return comparison;
  const judge = new Judge(live, unseen);
  const [aside, differences] = [[] as Difference[], [] as Difference[]];
  for (const difference of comparison.differences)
    (judge.isOfUnseen(difference) ? aside : differences).push(difference);
  if (aside.length === 0) return comparison;
  const leaves = aside.reduce((sum, it) => sum + it.leaves, 0);
  const reason = `what istiod reads of clusters that were not read (${unseen.ids.join(', ')})`;
  const notCompared = new Map(comparison.notCompared);
  notCompared.set(reason, (notCompared.get(reason) ?? 0) + leaves);
  const compared = { ...comparison.compared, leaves: comparison.compared.leaves - leaves };
  return { ...comparison, differences, notCompared, compared };
}

class Judge {
  readonly #unseen: UnseenClusters;
  /** Names of the assignments that have endpoints of unseen clusters. */
  readonly #mixed: ReadonlySet<string>;
  /** Gateways of unseen clusters lead to networks: then weights of all endpoints may have grown by a factor. */
  readonly #scaled: boolean;
  readonly #openRoutes: ReadonlySet<string>;

  constructor(live: ProxyConfig, unseen: UnseenClusters) {
    this.#unseen = unseen;
    const mixed = live.endpoints.filter((it) => entriesOf(it).some((entry) => this.#isTheirs(entry)));
    this.#mixed = new Set(mixed.map((it) => it.cluster_name));
    this.#scaled = mixed.flatMap(entriesOf).some((entry) => this.#isTheirs(entry) && workloadOf(entry).startsWith(';'));
    const open = live.routes.filter((it) => objects(it['virtual_hosts']).every((host) => this.#isOpenOrFallback(host)));
    this.#openRoutes = new Set(open.map((it) => it.name));
  }

  isOfUnseen(difference: Difference): boolean {
    switch (difference.type) {
      case 'endpoint':
        return this.#endpoint(difference);
      case 'cluster':
        return this.#cluster(difference);
      case 'route':
        return difference.kind === 'extra' && this.#route(difference);
      case 'listener':
        return difference.kind === 'extra' && difference.livePath.length === 0 && this.#listener(difference.live);
    }
  }

  #endpoint({ kind, name, livePath, live }: Difference): boolean {
    if (kind === 'extra') {
      const entries =
        livePath.at(-2) === 'lb_endpoints' ? [live] : entriesOf(Array.isArray(live) ? { endpoints: live } : live);
      if (entries.length > 0 && entries.every((entry) => this.#isTheirs(entry))) return true;
      if (livePath.length === 0) return this.#isOpenCluster(name);
    }
    const last = livePath.at(-1);
    if (last === 'load_balancing_weight') return this.#scaled || this.#mixed.has(name);
    return last === 'priority' && this.#mixed.has(name);
  }

  #cluster({ kind, name, livePath }: Difference): boolean {
    if (kind !== 'extra') return false;
    if (livePath.length === 0) return this.#isOpenCluster(name);
    return this.#mixed.has(name) && livePath.some((step) => /^match_(typed_)?subject_alt_names$/.test(String(step)));
  }

  #route({ livePath, live, name }: Difference): boolean {
    if (livePath.length === 0) return this.#openRoutes.has(name);
    return livePath.at(-2) === 'virtual_hosts' && this.#isOpenHost(live);
  }

  /** A listener that leads to hosts of unseen clusters and to nothing else. */
  #listener(live: unknown): boolean {
    const text = JSON.stringify(live);
    const clusters = [...text.matchAll(/"(outbound\|[^"]*)"/g)].map(([, name]) => name ?? '');
    const routes = [...text.matchAll(/"route_config_name":"([^"]*)"/g)].map(([, name]) => name ?? '');
    if (clusters.length + routes.length === 0) return false;
    return clusters.every((name) => this.#isOpenCluster(name)) && routes.every((name) => this.#openRoutes.has(name));
  }

  #isOpenCluster(name: string): boolean {
    const [direction, , , hostname = ''] = name.split('|');
    return direction === 'outbound' && this.#unseen.isOpen(hostname);
  }

  #isOpenHost(host: unknown): boolean {
    const name = isObject(host) ? String(host['name']) : '';
    return this.#unseen.isOpen(name.slice(0, name.lastIndexOf(':')));
  }

  #isOpenOrFallback(host: Record<string, unknown>): boolean {
    return host['name'] === 'allow_any' || host['name'] === 'block_all' || this.#isOpenHost(host);
  }

  #isTheirs(entry: unknown): boolean {
    const workload = workloadOf(entry);
    return this.#unseen.ids.includes(workload.slice(workload.lastIndexOf(';') + 1));
  }
}

/**
 * What telemetry reads of an endpoint: `workload;namespace;name;revision;cluster`, all but the last empty for a gateway of
 * another network.
 */
function workloadOf(entry: unknown): string {
  const metadata = isObject(entry) && isObject(entry['metadata']) ? entry['metadata']['filter_metadata'] : undefined;
  const istio = isObject(metadata) ? metadata['istio'] : undefined;
  return isObject(istio) ? String(istio['workload'] ?? '') : '';
}

function entriesOf(assignment: unknown): Record<string, unknown>[] {
  if (!isObject(assignment)) return [];
  // A locality alone, or an assignment of several.
  const groups = assignment['lb_endpoints'] === undefined ? objects(assignment['endpoints']) : [assignment];
  return groups.flatMap((group) => objects(group['lb_endpoints']));
}
