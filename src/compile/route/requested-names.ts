import type { Listener } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';

/** The route configurations that the listeners' connection managers ask for, each once, in the order of the listeners. */
export function requestedRouteNames(listeners: readonly Listener[]): string[] {
  const names = new Set<string>();
  for (const listener of listeners) {
    const chains = [...(listener.filter_chains ?? []), listener.default_filter_chain ?? {}];
    for (const chain of chains) {
      for (const filter of chain.filters ?? []) {
        const rds: unknown = filter['typed_config']?.rds;
        if (isObject(rds) && typeof rds['route_config_name'] === 'string') names.add(rds['route_config_name']);
      }
    }
  }
  return [...names];
}
