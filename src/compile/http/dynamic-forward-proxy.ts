import type { Filter, Message } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry, Service } from '../../registry/types.ts';
import { allowAnyDnsCache, wildcardDnsCache } from '../dns-cache.ts';
import type { ConnectionManagerOptions } from './connection-manager.ts';
import { extension } from './typed-config.ts';

/** Whether requests to a service are resolved by their own host name: a wildcard host with DYNAMIC_DNS resolution. */
export function isDynamicDns(service: Service | undefined, registry: Registry): service is Service {
  return (
    service !== undefined &&
    behaviour(registry).sidecarDynamicDns &&
    service.resolution === 'DynamicDNS' &&
    service.hostname.startsWith('*')
  );
}

/**
 * The dynamic forward proxies of an outbound connection manager: for a wildcard host that is the listener's first
 * service, and for hosts that nobody knows where `outboundTrafficPolicy` resolves them by DNS.
 */
export function dynamicForwardProxies(proxy: Proxy, registry: Registry, options: ConnectionManagerOptions): Filter[] {
  if (options.class !== 'sidecar-outbound') return [];
  const filters: Filter[] = [];
  if (isDynamicDns(options.service, registry))
    filters.push(forwardProxy(wildcardDnsCache(options.service, proxy, registry)));
  if (registry.sidecarScope(proxy).outboundTrafficPolicy.mode === 'ALLOW_ANY_DYNAMIC_DNS')
    filters.push(forwardProxy(allowAnyDnsCache(proxy, registry)));
  return filters;
}

function forwardProxy(dnsCacheConfig: Message): Filter {
  return extension(
    'envoy.filters.http.dynamic_forward_proxy',
    'envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig',
    { dns_cache_config: dnsCacheConfig },
  );
}
