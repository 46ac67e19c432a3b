import type { VirtualHost } from '../../../model/envoy.ts';
import { derive, deriveField, originsAt } from '../../../model/provenance.ts';
import type { Registry } from '../../../registry/types.ts';
import { compareHosts } from '../../gateway/hosts.ts';

/**
 * Makes one virtual host of those with the very same routes, named after the most specific of their hosts (istiod's
 * `collapseDuplicateRoutes`, PILOT_ENABLE_ROUTE_COLLAPSE_OPTIMIZATION), and sorts them by name.
 */
export function collapseVirtualHosts(hosts: VirtualHost[], registry: Registry): VirtualHost[] {
  const kept = registry.environment.flag('PILOT_ENABLE_ROUTE_COLLAPSE_OPTIMIZATION', true) ? collapse(hosts) : hosts;
  return kept.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function collapse(hosts: VirtualHost[]): VirtualHost[] {
  const kept: VirtualHost[] = [];
  const byName = [...hosts].sort((a, b) => compareHosts(a.domains[0] as string, b.domains[0] as string));
  const byFirstRoute = new Map<unknown, VirtualHost[]>();
  for (const host of byName) {
    const alike = byFirstRoute.get(host.routes?.[0]) ?? [];
    // Among those with equal routes only the latest that was kept is looked at, as in istiod.
    const last = alike.findLast((other) => sameRoutes(host, other));
    if (last && last['require_tls'] === host['require_tls']) absorb(last, host);
    else {
      kept.push(host);
      byFirstRoute.set(host.routes?.[0], [...alike, host]);
    }
  }
  return kept;
}

function sameRoutes(a: VirtualHost, b: VirtualHost): boolean {
  const routes = b.routes ?? [];
  return a.routes?.length === routes.length && a.routes.every((route, index) => route === routes[index]);
}

/** The domains of both, each with the place it comes from. */
function absorb(target: VirtualHost, other: VirtualHost): void {
  const own = originsAt(target, []);
  for (const [index, domain] of other.domains.entries()) {
    if (target.domains.length === 1) deriveField(target.domains, 0, ...own);
    target.domains.push(domain);
    deriveField(target.domains, target.domains.length - 1, ...originsAt(other, ['domains', index]));
  }
  derive(target, ...own, ...originsAt(other, []));
}
