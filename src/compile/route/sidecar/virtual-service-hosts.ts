import { hostsOverlap, isWildcard } from '../../../registry/hostname.ts';
import type { EgressListener, VirtualService } from '../../../registry/types.ts';
import type { ReachableService } from './reachable-service.ts';

/** A host of a VirtualService with its index in `hosts`, for provenance. */
interface IndexedHost {
  host: string;
  index: number;
}

/** The hosts of one VirtualService on a listener: those that are services, and those that are only names. */
export interface SplitHosts {
  names: IndexedHost[];
  services: { reachable: ReachableService; index: number }[];
}

/** Those VirtualServices of which a host is, or overlaps with, a service of the listener (istiod's `selectVirtualServices`). */
export function selectVirtualServices(
  all: VirtualService[],
  services: ReadonlyMap<string, ReachableService>,
): VirtualService[] {
  const names = [...services.keys()];
  const wildcards = names.filter(isWildcard);
  return all.filter((virtualService) =>
    virtualService.hosts.some((host) => {
      const name = host.toLowerCase();
      if (services.has(name)) return true;
      return (isWildcard(name) ? names : wildcards).some((other) => hostsOverlap(name, other));
    }),
  );
}

/**
 * Splits a VirtualService's hosts into services and plain names (istiod's `separateVSHostsAndServices`). A wildcard takes
 * a service only where no other VirtualService names it more specifically.
 */
export function splitHosts(
  virtualService: VirtualService,
  services: ReadonlyMap<string, ReachableService>,
  egress: EgressListener,
): SplitHosts {
  const out: SplitHosts = { names: [], services: [] };
  const hosts = virtualService.hosts.map((host, index) => ({ host, index }));
  for (const { host, index } of hosts) {
    if (isWildcard(host)) continue;
    const reachable = services.get(host.toLowerCase());
    if (reachable) out.services.push({ reachable, index });
    else out.names.push({ host, index });
  }
  for (const { host, index } of hosts) {
    if (!isWildcard(host)) continue;
    const name = host.toLowerCase();
    if (virtualService.routeSemantics === 'gateway') {
      out.names.push({ host: name, index });
      continue;
    }
    let covers = false;
    for (const [hostname, reachable] of services) {
      if (!hostsOverlap(hostname, name)) continue;
      covers = true;
      const best = egress.mostSpecificVirtualService(reachable.service.hostname);
      if (best?.name === virtualService.name && best.namespace === virtualService.namespace)
        out.services.push({ reachable, index });
    }
    if (!covers) out.names.push({ host: name, index });
  }
  return out;
}
