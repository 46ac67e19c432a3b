import type { ProxyConfig } from '../../model/envoy.ts';
import { originsAt } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { resourceOf } from '../drift/attribution.ts';
import type { Effect } from '../drift/effect.ts';
import type { Effects } from '../drift/git-drift.ts';
import type { EffectiveChange } from './effective-changes.ts';

/**
 * Who changes because of an object, by what the differing values were made of: for changes of so many objects that the
 * mesh cannot be compiled once for each. A proxy that an object alone would not change may be among them.
 */
export function involvedProxies(base: CompiledMesh, head: CompiledMesh, changes: readonly EffectiveChange[]): Effects {
  const found = new Map<string, Set<Proxy>>();
  for (const { proxy, former, differences } of changes) {
    const sides: [ProxyConfig, 'expectedPath' | 'livePath'][] = [
      [head.config(proxy), 'expectedPath'],
      [base.config(former), 'livePath'],
    ];
    for (const difference of differences)
      for (const [config, side] of sides) {
        const resource = resourceOf(config, difference.type, difference.name);
        if (!resource) continue;
        const path = difference[side];
        const origins = originsAt(resource, path.length > 0 ? path : ['name']);
        for (const origin of [...origins, ...originsAt(resource, [])]) {
          const key = resourceKey(origin.resource);
          found.set(key, (found.get(key) ?? new Set()).add(proxy));
        }
      }
  }
  return {
    change(without: Resource | undefined, instead: Resource | undefined): Promise<Effect> {
      const object = without ?? instead;
      const proxies = [...((object && found.get(resourceKey(object))) ?? [])];
      return Promise.resolve({ proxies, differences: [] });
    },
  };
}
