import { placeOf, type Source } from '../../model/provenance.ts';
import type { Resource } from '../../model/resource.ts';
import type { VirtualService } from '../../registry/types.ts';
import { objectsAt } from './config-value.ts';

/** The resources that a VirtualService's rules were made from: those of the Gateway API where it is made from them. */
function routeResources(virtualService: VirtualService): Resource[] {
  const found = new Set<Resource>();
  for (const http of objectsAt(virtualService.spec, 'http')) {
    const place = placeOf(http);
    if (place) found.add(place.resource);
  }
  return [...found];
}

/** The place of a VirtualService's host, also where a short name was resolved; an HTTPRoute has hostnames, or Services as parents. */
export function hostOrigins(virtualService: VirtualService, index: number): Source[] {
  if (virtualService.routeSemantics === undefined)
    return [{ resource: virtualService.resource, path: ['spec', 'hosts', index] }];
  const key = virtualService.gateways.includes('mesh') ? 'parentRefs' : 'hostnames';
  return routeResources(virtualService).map((resource) => ({ resource, path: ['spec', key] }));
}

/** The place of a VirtualService's list of rules. */
export function rulesOrigins(virtualService: VirtualService): Source[] {
  if (virtualService.routeSemantics === undefined)
    return [{ resource: virtualService.resource, path: ['spec', 'http'] }];
  return routeResources(virtualService).map((resource) => ({ resource, path: ['spec', 'rules'] }));
}
