import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';

const cache = new WeakMap<Registry, WeakMap<Proxy, Map<string, unknown>>>();

/**
 * A value that is the same in all listeners of a proxy, made once: their messages share it, as istiod's share what it
 * builds in advance. So nobody may change a compiled message; patches work on copies.
 *
 * @param key what the value depends on beside proxy and registry
 */
export function perProxy<T>(proxy: Proxy, registry: Registry, key: string, make: () => T): T {
  let proxies = cache.get(registry);
  if (!proxies) cache.set(registry, (proxies = new WeakMap()));
  let values = proxies.get(proxy);
  if (!values) proxies.set(proxy, (values = new Map()));
  if (!values.has(key)) values.set(key, make());
  return values.get(key) as T;
}
