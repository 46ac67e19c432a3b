import { codes } from '../model/codes.ts';
import type { VirtualHost } from '../model/envoy.ts';
import type { Proxy } from '../model/proxy.ts';
import { resourceName } from '../model/resource.ts';
import type { VirtualService } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import { domainsOf, holdersOf, nameOf, virtualHosts, virtualServiceOf } from './holders.ts';
import { type Precedence, precedence } from './precedence.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { visibleTo } from './virtual-services.ts';

interface Taken {
  loser: VirtualService;
  index: number;
  winner: VirtualService;
  proxies: Set<Proxy>;
}

/**
 * Hosts of VirtualServices that an older one has in sidecars: there routes of several VirtualServices are not merged, the
 * first in istiod's order has the host (`buildSidecarVirtualHostsForVirtualService`, duplicates of domains are dropped).
 */
export const hostTaken: Rule = {
  name: 'host-taken',
  codes: [codes.hostTaken],
  find(mesh) {
    const found = new Map<string, Taken>();
    for (const proxy of mesh.proxies.filter(({ type }) => type === 'sidecar'))
      for (const { loser, index, winner } of takenIn(mesh, proxy)) {
        const key = `${nameOf(loser)} ${index}`;
        const known = found.get(key) ?? { loser, index, winner, proxies: new Set() };
        found.set(key, known);
        known.proxies.add(proxy);
      }
    return [...found.values()].map(({ loser, index, winner, proxies }) => {
      const holders = holdersOf(mesh, loser);
      const host = loser.hosts[index];
      const alike = JSON.stringify(loser.spec['http']) === JSON.stringify(winner.spec['http']);
      // A namespace's own one goes before a public one: how a namespace makes an exception for itself.
      const exception =
        !winner.exportTo.has('*') && loser.exportTo.has('*') && [...holders].some((proxy) => !proxies.has(proxy));
      const name = resourceName(winner.resource);
      const { isKnown, why } = exception ? exported(name) : precedence(winner.resource, loser.resource);
      const effect = isKnown
        ? `sidecars do not merge VirtualServices; ${why} and keeps the host${holders.size === 0 ? ', and this one is in no proxy' : ''}.`
        : `sidecars do not merge VirtualServices: the older one keeps the host. ${why}`;
      return findingOf(mesh, {
        code: codes.hostTaken,
        kind: 'conflict',
        severity: alike || exception ? 'info' : 'error',
        at: at(loser.resource, 'spec', 'hosts', index),
        proxies: exception ? proxies : [...proxies].filter((proxy) => holders.has(proxy)),
        message: isKnown
          ? `has no effect for ${host}: ${name} has the host`
          : `has host ${host}, as ${name} has: only the older one's routes are in force`,
        effect: alike
          ? `none: ${isKnown ? `${why}, keeps the host, and` : `the older one keeps the host, and ${name}`} has the same routes.`
          : effect,
        fix: `move the routes into ${name}, or make both delegates of one VirtualService.`,
        related: [{ message: `${name} has the host`, at: at(winner.resource, 'spec', 'hosts') }],
      });
    });
  },
};

/** A VirtualService that goes before another one for its exportTo. */
function exported(name: string): Precedence {
  return {
    isKnown: true,
    why: `${name} is exported to these proxies' namespace by name, goes before this one, which all others use,`,
  };
}

function takenIn(mesh: CompiledMesh, proxy: Proxy): Omit<Taken, 'proxies'>[] {
  const candidates = visibleTo(mesh.registry, proxy).filter(
    ({ routeSemantics, spec }) => routeSemantics === undefined && Array.isArray(spec['http']),
  );
  const first = new Map<string, VirtualService>();
  const rivals: Omit<Taken, 'proxies'>[] = [];
  for (const service of candidates)
    for (const [index, host] of service.hosts.entries()) {
      const name = host.toLowerCase();
      const winner = first.get(name);
      if (!winner) first.set(name, service);
      else if (winner !== service) rivals.push({ loser: service, index, winner });
    }
  if (rivals.length === 0) return [];
  const holders = ownersByDomain(virtualHosts(mesh, proxy).map(({ virtualHost }) => virtualHost));
  return rivals.filter(({ loser, winner, index }) => {
    const owners = holders.get(loser.hosts[index]?.toLowerCase() ?? '');
    return owners?.has(nameOf(winner)) && !owners.has(nameOf(loser));
  });
}

/** The VirtualServices that have routes for a domain, on any port. */
function ownersByDomain(hosts: readonly VirtualHost[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const host of hosts) {
    const names = (host.routes ?? []).flatMap((route) => virtualServiceOf(route) ?? []);
    for (const domain of domainsOf(host)) owners.set(domain, new Set([...(owners.get(domain) ?? []), ...names]));
  }
  return owners;
}
