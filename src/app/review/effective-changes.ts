import { compareConfigs } from '../../compare/index.ts';
import type { Difference } from '../../compare/types.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { CompiledMesh } from '../../rules/types.ts';

/** A proxy that holds something else after the change: `expected` is the head's value, `live` the base's. */
export interface EffectiveChange {
  proxy: Proxy;
  former: Proxy;
  differences: Difference[];
}

/** The proxies whose effective config changes, in the order of the head. */
export function effectiveChanges(base: CompiledMesh, head: CompiledMesh): EffectiveChange[] {
  const before = new Map(base.proxies.map((proxy) => [proxy.id, proxy]));
  return head.proxies.flatMap((proxy) => {
    const former = before.get(proxy.id);
    if (!former) return [];
    const { differences } = compareConfigs(head.config(proxy), base.config(former));
    return differences.length === 0 ? [] : [{ proxy, former, differences }];
  });
}
