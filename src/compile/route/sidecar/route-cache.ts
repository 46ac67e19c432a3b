import type { Proxy } from '../../../model/proxy.ts';
import type { EgressListener, Registry, SidecarScope, VirtualService } from '../../../registry/types.ts';
import { selectPatches } from '../../envoyfilter/select.ts';
import { nodeFlag } from '../../node-metadata.ts';
import { objectAt, objectsAt, textAt } from '../config-value.ts';
import { reachableServices } from './reachable-service.ts';

const routePatches = new Set(['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE']);

/** What is asked of an egress listener again and again, for each proxy and route name. */
interface ListenerFacts {
  matchesSource: boolean;
  services: Map<number, string>;
  virtualServices: string;
}

const factsOf = new WeakMap<EgressListener, ListenerFacts>();

function facts(egress: EgressListener): ListenerFacts {
  let found = factsOf.get(egress);
  if (!found) {
    found = {
      matchesSource: egress.virtualServices.some(matchesSource),
      services: new Map(),
      virtualServices: egress.virtualServices.map(({ namespace, name }) => `${namespace}/${name}`).join(),
    };
    factsOf.set(egress, found);
  }
  return found;
}

/** Whether istiod caches the configuration (`Cache.Cacheable`): of an ordinary port, unless a VirtualService looks at the source. */
export function isCached(registry: Registry, egress: EgressListener, listenerPort: number): boolean {
  const { environment } = registry;
  const on = environment.flag('PILOT_ENABLE_RDS_CACHE', true) && environment.flag('PILOT_ENABLE_XDS_CACHE', true);
  return on && listenerPort !== 0 && !facts(egress).matchesSource;
}

function matchesSource(virtualService: VirtualService): boolean {
  return objectsAt(virtualService.spec, 'http').some((http) =>
    objectsAt(http, 'match').some(
      (match) =>
        Object.keys(objectAt(match, 'sourceLabels') ?? {}).length > 0 || textAt(match, 'sourceNamespace') !== '',
    ),
  );
}

/** What two proxies of a namespace must have in common to be given the same cached configuration (istiod's `Cache.Key`). */
export function cacheKey(
  proxy: Proxy,
  registry: Registry,
  scope: SidecarScope,
  egress: EgressListener,
  listenerPort: number,
): string {
  return [
    proxy.istioVersion,
    proxy.dnsDomain,
    nodeFlag(proxy, 'DNS_CAPTURE'),
    nodeFlag(proxy, 'DNS_AUTO_ALLOCATE'),
    scope.outboundTrafficPolicy.mode === 'REGISTRY_ONLY',
    servicesKey(egress, listenerPort),
    facts(egress).virtualServices,
    patchesKey(proxy, registry),
  ].join('|');
}

function servicesKey(egress: EgressListener, listenerPort: number): string {
  const { services } = facts(egress);
  let key = services.get(listenerPort);
  if (key === undefined) {
    const reachable = [...reachableServices(egress, listenerPort).values()];
    key = JSON.stringify(reachable.map(({ hostname, service }) => [hostname, service.namespace, service.aliases]));
    services.set(listenerPort, key);
  }
  return key;
}

const patchKeys = new WeakMap<Registry, WeakMap<Proxy, string>>();

/** The EnvoyFilters that change routes of the proxy. */
function patchesKey(proxy: Proxy, registry: Registry): string {
  const known = patchKeys.get(registry) ?? new WeakMap<Proxy, string>();
  patchKeys.set(registry, known);
  let key = known.get(proxy);
  if (key === undefined) {
    const patches = selectPatches(proxy, registry).filter((patch) => routePatches.has(patch.applyTo));
    key = [
      ...new Set(patches.map(({ resource }) => `${resource.metadata.namespace}/${resource.metadata.name}`)),
    ].join();
    known.set(proxy, key);
  }
  return key;
}
