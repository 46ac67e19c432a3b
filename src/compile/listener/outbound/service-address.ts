import type { Service } from '../../../registry/types.ts';
import { ipFamily } from '../../cluster/ip-family.ts';
import { nodeFlag } from '../../node-metadata.ts';
import type { OutboundContext } from './context.ts';

const unspecified = '0.0.0.0';

function ofFamilies(addresses: string[], context: OutboundContext): string[] {
  const family = ipFamily(context.proxy);
  return addresses.filter((address) => (address.includes(':') ? family !== 'IPv4' : family !== 'IPv6'));
}

function allocated(service: Service, context: OutboundContext): string[] {
  const { proxy, registry } = context;
  if (!nodeFlag(proxy, 'DNS_CAPTURE')) return [];
  const enabled =
    registry.environment.flag('PILOT_ENABLE_IP_AUTOALLOCATE', true) || nodeFlag(proxy, 'DNS_AUTO_ALLOCATE');
  return enabled ? service.autoAllocatedAddresses : [];
}

/**
 * The addresses at which a proxy reaches a service, the one to listen on first (istiod's `GetAddressForProxy` and
 * `GetExtraAddressesForProxy`): cluster IPs of the proxy's families; a ServiceEntry's own address whatever its family;
 * the allotted ones for proxies that capture DNS; `0.0.0.0` where there is none.
 */
export function serviceAddresses(service: Service, context: OutboundContext): string[] {
  const [first = ''] = service.addresses;
  if (service.registry === 'Kubernetes') {
    const own = ofFamilies(
      service.addresses.filter((address) => address !== unspecified),
      context,
    );
    return own.length > 0 ? own : [first];
  }
  if (first === unspecified) {
    const given = ofFamilies(allocated(service, context), context);
    if (given.length > 0) return given;
  }
  return [first];
}

/** As `serviceAddresses`, with `::` for or beside `0.0.0.0` where the proxy speaks IPv6 and the host is external. */
export function listenAddresses(service: Service, context: OutboundContext): string[] {
  const [first = '', ...extra] = serviceAddresses(service, context);
  if (service.registry !== 'External' || first !== unspecified) return [first, ...extra];
  const family = ipFamily(context.proxy);
  if (family === 'IPv6') return ['::', ...extra];
  return family === 'Dual' ? [first, ...extra, '::'] : [first, ...extra];
}
