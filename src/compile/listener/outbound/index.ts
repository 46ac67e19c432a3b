import type { Listener } from '../../../model/envoy.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';
import { wildcards } from '../bind.ts';
import { collectListeners } from './collect.ts';
import type { OutboundContext } from './context.ts';
import { httpProxyListener } from './http-proxy.ts';
import { catchAllFilters, virtualOutbound } from './virtual-outbound.ts';
import { writeListener } from './write-listener.ts';

/**
 * Compiles the outbound listeners of a sidecar (istiod's `appendSidecarOutboundListeners`, `buildHTTPProxyListener`,
 * `buildVirtualOutboundListener`): those of services and Sidecar egress listeners, the HTTP proxy port, virtualOutbound.
 *
 * @param everyHeadlessPod with the listeners that the pod itself does not get (see OutboundContext)
 */
export function compileOutboundListeners(proxy: Proxy, registry: Registry, everyHeadlessPod = false): Listener[] {
  const context: OutboundContext = {
    proxy,
    registry,
    scope: registry.sidecarScope(proxy),
    wildcards: wildcards(proxy),
    everyHeadlessPod,
  };
  if (!(Number(registry.mesh['proxyListenPort']) > 0)) return [];
  const fallthrough = catchAllFilters(context);
  const listeners = collectListeners(context).map((draft) => writeListener(context, draft, fallthrough));
  const httpProxy = httpProxyListener(context);
  if (httpProxy) listeners.push(httpProxy);
  // Without iptables nothing comes to virtualOutbound.
  if (proxy.interceptionMode !== 'NONE') listeners.push(virtualOutbound(context));
  return listeners;
}
