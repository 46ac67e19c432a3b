import type { Filter } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry, Service } from '../../registry/types.ts';
import { behaviour } from '../version.ts';
import type { ConnectionManagerOptions } from './connection-manager.ts';
import { extension } from './typed-config.ts';

/** The name that the filter and the cluster of a wildcard host share (`model.BuildDNSCacheName`). */
export function dnsCacheName(service: Service): string {
  return `${service.hostname.replaceAll('*', 'wildcard')}_dfp_dns_cache`;
}

/** `dns_lookup_family` for a proxy's addresses (`util.SelectDNSLookupFamily`). */
export function dnsLookupFamily(proxy: Proxy, registry: Registry): string {
  const v4 = proxy.ipAddresses.some((address) => !address.includes(':'));
  const v6 = proxy.ipAddresses.some((address) => address.includes(':'));
  if (!v6) return 'V4_ONLY';
  const allow = v4 ? 'ISTIO_DUAL_STACK' : 'ISTIO_ENABLE_IPV4_OUTBOUND_LISTENER_FOR_IPV6_CLUSTERS';
  return registry.environment.flag(allow, false) ? 'ALL' : v4 ? 'V4_ONLY' : 'V6_ONLY';
}

/** Whether requests to a service are resolved by their own host name: a wildcard host with DYNAMIC_DNS resolution. */
export function isDynamicDns(service: Service | undefined, registry: Registry): service is Service {
  return (
    service !== undefined &&
    behaviour(registry).sidecarDynamicDns &&
    service.resolution === 'DynamicDNS' &&
    service.hostname.startsWith('*')
  );
}

/** The dynamic forward proxy of an outbound connection manager whose first service is such a wildcard host. */
export function dynamicForwardProxy(proxy: Proxy, registry: Registry, options: ConnectionManagerOptions): Filter[] {
  if (options.class !== 'sidecar-outbound' || !isDynamicDns(options.service, registry)) return [];
  const filter = extension(
    'envoy.filters.http.dynamic_forward_proxy',
    'envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig',
    {
      dns_cache_config: {
        name: dnsCacheName(options.service),
        dns_lookup_family: dnsLookupFamily(proxy, registry),
      },
    },
  );
  return [filter];
}
