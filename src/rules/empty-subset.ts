import { parseClusterName } from '../compile/cluster/name.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects, valueAt } from '../model/json.ts';
import { type Origin, placeOf } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Registry, Service } from '../registry/types.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { clusterReferences } from './cluster-references.ts';
import { findingOf, placeKey } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { unseen } from './unseen.ts';

interface Empty {
  place: Origin;
  subset: string;
  service: Service;
  proxies: Set<Proxy>;
  /** A route leads requests to it, or copies of them only; undefined where none does. */
  used?: 'route' | 'mirror';
}

/** Subsets whose labels no endpoint has, although the service has endpoints: their cluster is empty, and requests get 503 UH. */
export const emptySubset: Rule = {
  name: 'empty-subset',
  codes: [codes.emptySubset],
  find(mesh) {
    const found = new Map<string, Empty>();
    const used = new Map<string, 'route' | 'mirror'>();
    for (const proxy of mesh.proxies) {
      const config = mesh.config(proxy);
      for (const { cluster, mirror } of clusterReferences(config))
        if (!mirror || !used.has(cluster)) used.set(cluster, mirror ? 'mirror' : 'route');
      for (const { name } of config.clusters) {
        const parsed = parseClusterName(name);
        if (!parsed || parsed.subset === '' || parsed.direction !== 'outbound') continue;
        const scope = mesh.registry.sidecarScope(proxy);
        const service = scope.serviceByHostname.get(parsed.hostname);
        const subsets = service && objects(scope.destinationRule(service)?.spec['subsets']);
        const subset = subsets?.find((item) => item['name'] === parsed.subset);
        const place = subset && placeOf(subset);
        if (!service || !place || !isEmpty(mesh.registry, service, subset)) continue;
        const known: Empty = found.get(placeKey(place)) ?? {
          place,
          subset: parsed.subset,
          service,
          proxies: new Set(),
        };
        found.set(placeKey(place), known);
        known.proxies.add(proxy);
        const use = used.get(name);
        if (known.used !== 'route' && use) known.used = use;
      }
    }
    return [...found.values()].map((it) => toFinding(mesh, it));
  },
};

const known = new WeakMap<JsonObject, boolean>();

function isEmpty(registry: Registry, service: Service, subset: JsonObject): boolean {
  const found = known.get(subset);
  if (found !== undefined) return found;
  const labels = isObject(subset['labels']) ? (subset['labels'] as Record<string, string>) : {};
  const endpoints = service.ports.flatMap((port) => registry.endpoints(service, port));
  const empty = endpoints.length > 0 && !endpoints.some((endpoint) => matchesLabels(labels, endpoint.labels));
  known.set(subset, empty);
  return empty;
}

/** The first label that no endpoint of the service has. */
function unknownLabel(registry: Registry, service: Service, labels: unknown): string[] {
  const endpoints = service.ports.flatMap((port) => registry.endpoints(service, port));
  const names = Object.entries(isObject(labels) ? labels : {});
  const unknown = names.find(([key, value]) => !endpoints.some((endpoint) => endpoint.labels[key] === value));
  return unknown ? [unknown[0]] : [];
}

const effects = {
  route: 'requests that are routed to the subset get 503 UH.',
  mirror: 'copies of requests that are sent to the subset are lost; the requests themselves are not concerned.',
  none: 'none yet: no route leads to the subset.',
} as const;

function toFinding(mesh: CompiledMesh, { place, subset, service, proxies, used }: Empty): Finding {
  const labels = valueAt(place.resource.object, [...place.path, 'labels']);
  const words = Object.entries(isObject(labels) ? labels : {}).map(([key, value]) => `${key}=${value}`);
  const other = unseen(mesh.registry, 'has such pods');
  return findingOf(mesh, {
    code: codes.emptySubset,
    kind: 'unresolved',
    severity: !used || other.unsure ? 'info' : used === 'mirror' ? 'warning' : 'error',
    at: { ...place, path: [...place.path, 'labels'] },
    edit: { ...place, path: [...place.path, 'labels', ...unknownLabel(mesh.registry, service, labels)] },
    proxies,
    message: `has subset ${subset} of ${service.hostname} with ${words.join(', ')}, which no endpoint has${other.words}`,
    effect: effects[used ?? 'none'],
    fix: 'use labels that pods have, or deploy those pods first.',
  });
}
