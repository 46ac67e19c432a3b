import type { Listener } from '../../../model/envoy.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';

/** Compiles the outbound listeners of a sidecar. */
export function compileOutboundListeners(_proxy: Proxy, _registry: Registry): Listener[] {
  return [];
}
