import type { Filter } from '../../../model/envoy.ts';
import type { Service } from '../../../registry/types.ts';
import { wildcardDnsCache } from '../../dns-cache.ts';
import { isDynamicDns } from '../../http/dynamic-forward-proxy.ts';
import { extension } from '../../http/typed-config.ts';
import type { ListenPort, OutboundContext } from './context.ts';

export const sniForwardProxyName = 'envoy.extensions.filters.network.sni_dynamic_forward_proxy';

/** Resolves the SNI of a connection to a wildcard host with DYNAMIC_DNS resolution (istiod's `buildSNIDFPFilter`). */
export function sniForwardProxy(context: OutboundContext, port: ListenPort, service: Service | undefined): Filter[] {
  if (!isDynamicDns(service, context.registry)) return [];
  const filter = extension(
    sniForwardProxyName,
    'envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig',
    {
      dns_cache_config: wildcardDnsCache(service, context.proxy, context.registry),
      port_value: port.port,
    },
  );
  return [filter];
}
