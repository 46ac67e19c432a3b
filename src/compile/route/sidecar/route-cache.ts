import type { Proxy } from '../../../model/proxy.ts';
import type { EgressListener, Registry, SidecarScope, VirtualService } from '../../../registry/types.ts';
import { selectPatches } from '../../envoyfilter/select.ts';
import { nodeFlag } from '../../node-metadata.ts';
import { objectAt, objectsAt, textAt } from '../config-value.ts';
import { reachableServices } from './reachable-service.ts';

const routePatches = new Set(['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE']);

/** Whether istiod caches the configuration (`Cache.Cacheable`): of an ordinary port, unless a VirtualService looks at the source. */
export function isCached(registry: Registry, egress: EgressListener, listenerPort: number): boolean {
  const { environment } = registry;
  const on = environment.flag('PILOT_ENABLE_RDS_CACHE', true) && environment.flag('PILOT_ENABLE_XDS_CACHE', true);
  return on && listenerPort !== 0 && !egress.virtualServices.some(matchesSource);
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
  const services = [...reachableServices(egress, listenerPort).values()].map(({ hostname, service }) => [
    hostname,
    service.namespace,
    service.aliases,
  ]);
  const patches = selectPatches(proxy, registry)
    .filter((patch) => routePatches.has(patch.applyTo))
    .map(({ resource }) => `${resource.metadata.namespace}/${resource.metadata.name}`);
  return JSON.stringify([
    proxy.istioVersion,
    proxy.dnsDomain,
    nodeFlag(proxy, 'DNS_CAPTURE'),
    nodeFlag(proxy, 'DNS_AUTO_ALLOCATE'),
    scope.outboundTrafficPolicy.mode === 'REGISTRY_ONLY',
    services,
    egress.virtualServices.map(({ namespace, name }) => `${namespace}/${name}`),
    [...new Set(patches)],
  ]);
}
