import type { Filter, Message } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry, Service } from '../../registry/types.ts';
import { nodeFlag, nodeMetadata } from '../node-metadata.ts';
import { behaviour } from '../version.ts';
import type { ConnectionManagerOptions } from './connection-manager.ts';
import { any, extension } from './typed-config.ts';

/** The name that the filter and the cluster of a wildcard host share (`model.BuildDNSCacheName`). */
export function dnsCacheName(service: Service): string {
  return `${service.hostname}_dfp_dns_cache`;
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

/**
 * The dynamic forward proxies of an outbound connection manager: for a wildcard host that is the listener's first
 * service, and for hosts that nobody knows where `outboundTrafficPolicy` resolves them by DNS.
 */
export function dynamicForwardProxies(proxy: Proxy, registry: Registry, options: ConnectionManagerOptions): Filter[] {
  if (options.class !== 'sidecar-outbound') return [];
  const filters: Filter[] = [];
  if (isDynamicDns(options.service, registry))
    filters.push(
      forwardProxy({ name: dnsCacheName(options.service), dns_lookup_family: dnsLookupFamily(proxy, registry) }),
    );
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

/**
 * The DNS cache that all filters and the cluster for unknown hosts share (`buildAllowAnyDynamicDNSDNSCacheConfig`): it asks
 * the agent where that captures DNS.
 */
export function allowAnyDnsCache(proxy: Proxy, registry: Registry): Message {
  const cache: Message = {
    name: 'allow_any_dfp_dns_cache',
    dns_lookup_family: dnsLookupFamily(proxy, registry),
    max_hosts: Number(registry.environment.text('PILOT_ALLOW_ANY_DYNAMIC_DNS_MAX_HOSTS', '1024')),
  };
  if (!nodeFlag(proxy, 'DNS_CAPTURE')) return cache;
  const [, host = '127.0.0.1', port = '15053'] =
    /^\[?(.*?)\]?:(\d+)$/.exec(nodeMetadata(proxy, 'DNS_PROXY_ADDR')) ?? [];
  cache['typed_dns_resolver_config'] = {
    name: 'envoy.network.dns_resolver.cares',
    typed_config: any('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', {
      resolvers: [{ socket_address: { address: host === 'localhost' ? '127.0.0.1' : host, port_value: Number(port) } }],
    }),
  };
  return cache;
}
