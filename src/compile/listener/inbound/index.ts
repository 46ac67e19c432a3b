import type { Listener } from '../../../model/envoy.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';

/** Compiles the inbound listeners of a sidecar: virtualInbound, and those that bind a real port. */
export function compileInboundListeners(_proxy: Proxy, _registry: Registry): Listener[] {
  return [];
}
