import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';

export type IpFamily = 'IPv4' | 'IPv6' | 'Dual';

/** The address families of a proxy, by its own addresses (istiod's `DiscoverIPMode`). */
export function ipFamily(proxy: Proxy): IpFamily {
  const v6 = proxy.ipAddresses.filter((address) => address.includes(':')).length;
  if (v6 === 0) return 'IPv4';
  return v6 === proxy.ipAddresses.length ? 'IPv6' : 'Dual';
}

/** The loopback addresses of a proxy, the preferred one first (istiod's `getWildcardsAndLocalHost`). */
export function loopbackAddresses(proxy: Proxy): string[] {
  return { IPv4: ['127.0.0.1'], IPv6: ['::1'], Dual: ['127.0.0.1', '::1'] }[ipFamily(proxy)];
}

/**
 * Source addresses that iptables does not redirect back into the proxy: inbound traffic leaves for the application
 * from one of them (istiod's `getPassthroughBindIPs`).
 */
export function passthroughSources(proxy: Proxy, registry: Registry): string[] {
  const family = ipFamily(proxy);
  if (family === 'IPv6') return ['::6'];
  return family === 'Dual' && dualStack(registry) ? ['127.0.0.6', '::6'] : ['127.0.0.6'];
}

/** Which addresses the proxy asks DNS for (istiod's `SelectDNSLookupFamily`). */
export function dnsLookupFamily(proxy: Proxy, registry: Registry): string {
  switch (ipFamily(proxy)) {
    case 'IPv4':
      return 'V4_ONLY';
    case 'IPv6':
      return registry.environment.flag('ISTIO_ENABLE_IPV4_OUTBOUND_LISTENER_FOR_IPV6_CLUSTERS', false)
        ? 'ALL'
        : 'V6_ONLY';
    case 'Dual':
      return dualStack(registry) ? 'ALL' : 'V4_ONLY';
  }
}

export function dualStack(registry: Registry): boolean {
  return registry.environment.flag('ISTIO_DUAL_STACK', false);
}
