import type { ProxySource } from '../../model/cluster-state.ts';
import type { Resource } from '../../model/resource.ts';

/**
 * The order in which proxies are written: one of each workload first, then the second of each, and so on, so that a
 * capture of bounded size has as many different ones as it can.
 */
export function byWorkload(proxies: readonly ProxySource[], resources: readonly Resource[]): ProxySource[] {
  const owners = new Map<string, string>();
  for (const { kind, metadata } of resources)
    if (kind === 'Pod') {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller) ?? metadata.ownerReferences?.[0];
      owners.set(`${metadata.namespace}/${metadata.name}`, owner ? `${metadata.namespace}/${owner.name}` : '');
    }
  const counts = new Map<string, number>();
  const turns = proxies.map((proxy) => {
    const workload = owners.get(proxy.id) || proxy.id;
    const turn = counts.get(workload) ?? 0;
    counts.set(workload, turn + 1);
    return { proxy, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ proxy }) => proxy);
}
