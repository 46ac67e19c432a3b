import { behaviour } from '../../../model/istio-version.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry, Service, SidecarScope } from '../../../registry/types.ts';

/** Whether TCP ports of headless services share one listener, with a filter chain for each pod. */
export function headlessChainsShareListener(registry: Registry): boolean {
  const known = behaviour(registry).headlessFilterChainFlag;
  return known && registry.environment.flag('PILOT_ENABLE_HEADLESS_FILTER_CHAIN_LISTENER', false);
}

const known = new WeakMap<readonly Service[], { pods: Set<string>; others: Set<string> }>();

/** Addresses of the pods of headless services that a scope sees, and all addresses that services have themselves. */
function addressesOf(scope: SidecarScope, registry: Registry): { pods: Set<string>; others: Set<string> } {
  let found = known.get(scope.services);
  if (!found) {
    found = { pods: new Set(), others: new Set() };
    for (const service of scope.services) {
      for (const address of [...service.addresses, ...service.autoAllocatedAddresses]) found.others.add(address);
      if (service.resolution !== 'Passthrough') continue;
      for (const port of service.ports)
        for (const endpoint of registry.endpoints(service, port)) found.pods.add(endpoint.address);
    }
    known.set(scope.services, found);
  }
  return found;
}

/** See ownHeadless. */
export type OwnHeadless = 'none' | 'dropped' | 'compiled';

/**
 * How a proxy comes by its outbound listeners of headless services, of which it has none for its own address:
 * - `none`: its address is no headless pod's; it has what all others have;
 * - `dropped`: it has what all others have without the listeners at its own address;
 * - `compiled`: what stands at its address is not all a headless service's, or is part of something larger, so that
 *   nothing can be taken out afterwards.
 */
export function ownHeadless(proxy: Proxy, registry: Registry, scope: SidecarScope): OwnHeadless {
  const [own = ''] = proxy.ipAddresses;
  const { pods, others } = addressesOf(scope, registry);
  if (!pods.has(own)) return 'none';
  const mixed =
    others.has(own) ||
    scope.egressListeners.some((listener) => listener.bind === own) ||
    headlessChainsShareListener(registry) ||
    registry.resources('EnvoyFilter').length > 0;
  return mixed ? 'compiled' : 'dropped';
}
