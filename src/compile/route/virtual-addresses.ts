import { behaviour } from '../../model/istio-version.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry, Service } from '../../registry/types.ts';
import { ipFamily } from '../cluster/ip-family.ts';
import { nodeFlag } from '../node-metadata.ts';

/** The addresses of the families that the proxy itself has; a dual-stack proxy gets both only where istiod allows it. */
function ofProxysFamilies(addresses: string[], proxy: Proxy, registry: Registry): string[] {
  const isV6 = (address: string): boolean => address.includes(':');
  const family = ipFamily(proxy);
  if (family !== 'Dual') return addresses.filter((address) => isV6(address) === (family === 'IPv6'));
  const { environment } = registry;
  if (environment.flag('ISTIO_DUAL_STACK', false) || environment.flag('PILOT_ENABLE_AMBIENT', false)) return addresses;
  return addresses.filter((address) => isV6(address) === isV6(addresses[0] as string));
}

/** Whether the proxy answers DNS itself and so may meet the addresses that istiod allotted to hosts without one. */
function usesAllottedAddresses(proxy: Proxy, registry: Registry): boolean {
  if (!nodeFlag(proxy, 'DNS_CAPTURE')) return false;
  return registry.environment.flag('PILOT_ENABLE_IP_AUTOALLOCATE', true) || nodeFlag(proxy, 'DNS_AUTO_ALLOCATE');
}

/**
 * The IP addresses by which a request may name the service (istiod's `Service.GetAllAddressesForProxy`).
 *
 * @param allAllotted also the second of the addresses that istiod allotted; on an ordinary port only the first counts
 */
export function virtualAddresses(service: Service, proxy: Proxy, registry: Registry, allAllotted: boolean): string[] {
  const own = service.addresses.filter((address) => address !== '0.0.0.0');
  // A ServiceEntry's addresses count whatever their family.
  if (service.registry === 'Kubernetes') {
    const reachable = ofProxysFamilies(own, proxy, registry);
    return reachable.length > 0 || behaviour(registry).clusterIpsByFamily ? reachable : own.slice(0, 1);
  }
  if (own.length > 0 || !usesAllottedAddresses(proxy, registry)) return own;
  const allotted = ofProxysFamilies(service.autoAllocatedAddresses, proxy, registry);
  return allAllotted ? allotted : allotted.slice(0, 1);
}
