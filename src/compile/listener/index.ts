import type { Listener } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';

/** Compiles every listener (LDS) of a proxy. */
export function compileListeners(_proxy: Proxy, _registry: Registry): Listener[] {
  return [];
}
