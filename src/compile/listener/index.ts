import type { Listener } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { compileGatewayListeners } from './gateway/index.ts';
import { compileInboundListeners } from './inbound/index.ts';
import { compileOutboundListeners } from './outbound/index.ts';

/** Compiles every listener (LDS) of a proxy, in istiod's order (`getListeners` in listener_builder.go). */
export function compileListeners(proxy: Proxy, registry: Registry): Listener[] {
  if (proxy.type === 'router') return compileGatewayListeners(proxy, registry);
  return [...compileOutboundListeners(proxy, registry), ...compileInboundListeners(proxy, registry)];
}
