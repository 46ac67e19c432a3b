import type { Listener } from '../../../model/envoy.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';

/** Compiles the listeners of a gateway: one per port and bind address of the Gateways that select it. */
export function compileGatewayListeners(_proxy: Proxy, _registry: Registry): Listener[] {
  return [];
}
