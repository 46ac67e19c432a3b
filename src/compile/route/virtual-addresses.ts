import ipaddr from 'ipaddr.js';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry, Service } from '../../registry/types.ts';
import { nodeFlag } from '../node-metadata.ts';

function isV6(address: string): boolean {
  return ipaddr.IPv6.isValid(address.split('/')[0] as string);
}

/** The addresses of the families that the proxy itself has; all of them for a dual-stack proxy where istiod allows it. */
function ofProxysFamilies(addresses: string[], proxy: Proxy, registry: Registry): string[] {
  const v6 = proxy.ipAddresses.some(isV6);
  const v4 = proxy.ipAddresses.some((address) => !isV6(address));
  const { environment } = registry;
  const dualStack = environment.flag('ISTIO_DUAL_STACK', false) || environment.flag('PILOT_ENABLE_AMBIENT', false);
  if (v4 && v6 && dualStack) return addresses;
  return addresses.filter((address) => (isV6(address) ? v6 : v4));
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
  if (service.registry === 'Kubernetes') return ofProxysFamilies(own, proxy, registry);
  if (own.length > 0 || !usesAllottedAddresses(proxy, registry)) return own;
  const allotted = ofProxysFamilies(service.autoAllocatedAddresses, proxy, registry);
  return allAllotted ? allotted : allotted.slice(0, 1);
}
