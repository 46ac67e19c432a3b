import type { Message, RouteConfiguration, VirtualHost } from '../../model/envoy.ts';
import { cloneDerived } from '../../model/provenance.ts';
import { listOf, patchList } from './list.ts';
import { mergeMessage } from './merge.ts';
import { type Context, isMerge, messageOf, type Patch, patchesFor, untilPanic, valueOf } from './patch.ts';
import {
  namesRoute,
  type PortMap,
  routeConfigurationMatches,
  routeMatches,
  virtualHostMatches,
} from './route-match.ts';

/** Patches a route configuration with its virtual hosts and routes (istiod's `ApplyRouteConfigurationPatches`). In place. */
export function patchRouteConfiguration(
  configuration: RouteConfiguration,
  patches: readonly Patch[],
  context: Context,
  ports: PortMap,
): void {
  const here = (applyTo: 'ROUTE_CONFIGURATION' | 'VIRTUAL_HOST' | 'HTTP_ROUTE') =>
    patchesFor(patches, applyTo, context).filter((patch) =>
      routeConfigurationMatches(configuration, patch, context, ports),
    );
  untilPanic(() => {
    for (const patch of here('ROUTE_CONFIGURATION')) if (isMerge(patch)) merge(configuration, patch);
    patchVirtualHosts(configuration, here('VIRTUAL_HOST'), here('HTTP_ROUTE'));
  });
}

function merge(target: Message, patch: Patch): void {
  mergeMessage(target, valueOf(patch), messageOf[patch.applyTo], patch.operation === 'MERGE_AND_REPLACE_LIST');
  patch.applied = true;
}

/** A removed host takes all of its name with it, also one that is added. */
function patchVirtualHosts(
  configuration: RouteConfiguration,
  patches: readonly Patch[],
  routePatches: readonly Patch[],
): void {
  const hosts = listOf(configuration, 'virtual_hosts') as VirtualHost[];
  const removed = new Set<string>();
  for (const index of hosts.keys()) {
    if (!patchVirtualHost(hosts, index, patches)) removed.add(hosts[index]?.name ?? '');
    else patchRoutes(hosts[index] as VirtualHost, routePatches);
  }
  for (const patch of patches) {
    if (patch.operation !== 'ADD') continue;
    hosts.push(cloneDerived(valueOf(patch)) as VirtualHost);
    patch.applied = true;
  }
  for (let index = hosts.length - 1; index >= 0; index--)
    if (removed.has(hosts[index]?.name ?? '')) hosts.splice(index, 1);
}

/** @returns whether the host stays */
function patchVirtualHost(hosts: VirtualHost[], index: number, patches: readonly Patch[]): boolean {
  for (const patch of patches) {
    const host = hosts[index] as VirtualHost;
    if (!virtualHostMatches(host, patch)) continue;
    if (patch.operation === 'REMOVE') {
      patch.applied = true;
      return false;
    }
    if (isMerge(patch)) merge(host, patch);
    else if (patch.operation === 'REPLACE') {
      hosts[index] = cloneDerived(valueOf(patch)) as VirtualHost;
      patch.applied = true;
    }
  }
  return true;
}

/** Merges and removals go route by route; what they removed is found no more by an insertion. */
function patchRoutes(host: VirtualHost, patches: readonly Patch[]): void {
  const here = patches.filter((patch) => virtualHostMatches(host, patch));
  const routes = listOf(host, 'routes');
  const removed = new Set<Message>();
  for (const route of routes)
    for (const patch of here) {
      if ((patch.operation !== 'REMOVE' && !isMerge(patch)) || !routeMatches(route, patch)) continue;
      patch.applied = true;
      if (patch.operation === 'REMOVE') {
        removed.add(route);
        break;
      }
      merge(route, patch);
    }
  const remaining = routes.filter((route) => !removed.has(route));
  routes.splice(0, routes.length, ...remaining);
  for (const patch of here) insertRoute(routes, patch);
}

/** INSERT_FIRST asks that the named route exist; routes are neither replaced nor, here, removed. */
function insertRoute(routes: Message[], patch: Patch): void {
  if (patch.operation === 'REMOVE' || patch.operation === 'REPLACE') return;
  const matches = (route: Message) => routeMatches(route, patch);
  if (patch.operation === 'INSERT_FIRST' && namesRoute(patch) && !routes.some(matches)) return;
  patchList(routes, patch, namesRoute(patch), matches);
}
