import type { Listener } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { connectOriginateListener, sendsHbone } from './connect-originate.ts';
import { compileGatewayListeners } from './gateway/index.ts';
import { compileInboundListeners } from './inbound/index.ts';
import { compileOutboundListeners } from './outbound/index.ts';

/**
 * Compiles every listener (LDS) of a proxy, in istiod's order (`getListeners` in listener_builder.go).
 *
 * @param everyHeadlessPod with the outbound listeners that the pod itself does not get (see OutboundContext)
 */
export function compileListeners(proxy: Proxy, registry: Registry, everyHeadlessPod = false): Listener[] {
  const listeners =
    proxy.type === 'router'
      ? compileGatewayListeners(proxy, registry)
      : [...compileOutboundListeners(proxy, registry, everyHeadlessPod), ...compileInboundListeners(proxy, registry)];
  if (sendsHbone(registry)) listeners.push(connectOriginateListener(proxy, registry));
  return listeners;
}
