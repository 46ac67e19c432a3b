import type { Message } from '../model/envoy.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Registry, Service } from '../registry/types.ts';
import { dnsLookupFamily } from './cluster/ip-family.ts';
import { any } from './http/typed-config.ts';
import { nodeFlag, nodeMetadata } from './node-metadata.ts';

/**
 * The DNS caches of dynamic forward proxies. Envoy knows a cache by its name and wants the same settings wherever it is
 * named: in the filters of listeners and in the cluster.
 */

/** The cache of a wildcard host with DYNAMIC_DNS resolution (istiod's `BuildDNSCacheName`). */
export function wildcardDnsCache(service: Service, proxy: Proxy, registry: Registry): Message {
  return { name: `${service.hostname}_dfp_dns_cache`, dns_lookup_family: dnsLookupFamily(proxy, registry) };
}

/**
 * The cache of hosts that nobody knows (`buildAllowAnyDynamicDNSDNSCacheConfig`); it asks the agent where that captures
 * DNS.
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
  const address = host === 'localhost' ? '127.0.0.1' : host;
  cache['typed_dns_resolver_config'] = {
    name: 'envoy.network.dns_resolver.cares',
    typed_config: any('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', {
      resolvers: [{ socket_address: { address, port_value: Number(port) } }],
    }),
  };
  return cache;
}
