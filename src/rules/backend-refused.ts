import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, valueAt } from '../model/json.ts';
import { type Origin, originsAt } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { clusterReferences } from './cluster-references.ts';
import { findingOf, placeKey } from './finding.ts';
import { requestsOf } from './request-words.ts';
import type { Rule } from './types.ts';

/** The cluster of a destination without a host, which istiod makes of a backend that may not be used. */
const nowhere = 'UnknownService';

/**
 * Backends of Gateway API routes in another namespace that no ReferenceGrant there allows (istiod's `buildDestination`):
 * requests get 500. Routes of Services need none.
 */
export const backendRefused: Rule = {
  name: 'backend-refused',
  codes: [codes.backendRefused],
  find(mesh) {
    const found = new Map<string, { place: Origin; proxies: Set<Proxy>; requests: string; mirror: boolean }>();
    for (const proxy of mesh.proxies)
      for (const { cluster, route, root, path, mirror } of clusterReferences(mesh.config(proxy))) {
        const place = cluster === nowhere ? backendOf(root, path) : undefined;
        if (!place) continue;
        const key = placeKey(place);
        const requests = route ? `requests for ${requestsOf(route)}` : 'connections';
        const known = found.get(key) ?? { place, proxies: new Set(), requests, mirror };
        found.set(key, known);
        known.proxies.add(proxy);
      }
    return [...found.values()].flatMap(({ place, proxies, requests, mirror }): Finding[] => {
      const { resource } = place;
      const backend = valueAt(resource.object, place.path) as JsonObject;
      const { namespace } = backend;
      if (typeof namespace !== 'string' || namespace === resource.metadata.namespace) return [];
      return [
        findingOf(mesh, {
          code: codes.backendRefused,
          kind: 'unresolved',
          severity: mirror ? 'warning' : 'error',
          at: place,
          proxies,
          message: `sends to ${namespace}/${String(backend['name'])}, and no ReferenceGrant of namespace ${namespace} allows it`,
          effect: mirror ? `no copies of ${requests} are sent.` : `${requests} get 500.`,
          fix: `add a ReferenceGrant to namespace ${namespace}: from ${resource.kind} of namespace ${resource.metadata.namespace} to ${String(backend['kind'] ?? 'Service')}.`,
        }),
      ];
    });
  },
};

/** The backend that a cluster's name comes from: an item with a `name`, in a route of the Gateway API. */
function backendOf(root: object, path: readonly (string | number)[]): Origin | undefined {
  const origin = originsAt(root, [...path]).find(({ resource }) => resource.kind.endsWith('Route'));
  if (!origin) return undefined;
  for (let length = origin.path.length; length > 0; length -= 1) {
    const item = valueAt(origin.resource.object, origin.path.slice(0, length));
    if (isObject(item) && typeof item['name'] === 'string' && typeof origin.path[length - 1] === 'number')
      return { ...origin, path: origin.path.slice(0, length) };
    if (isObject(item) && typeof item['name'] === 'string' && origin.path[length - 1] === 'backendRef')
      return { ...origin, path: origin.path.slice(0, length) };
  }
  return undefined;
}
