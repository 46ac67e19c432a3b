import { parseClusterName } from '../compile/cluster/name.ts';
import { selectorLabels } from '../compile/policy-attachment.ts';
import { codes } from '../model/codes.ts';
import type { Message, Route, VirtualHost } from '../model/envoy.ts';
import { isObject, type JsonObject, objects, type Path, valueAt } from '../model/json.ts';
import type { Origin } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { hostsOverlap, resolveShortName } from '../registry/hostname.ts';
import type { Registry, Service } from '../registry/types.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { at, findingOf, placeKey } from './finding.ts';
import { domainsOf, matchOrigin, virtualHosts } from './holders.ts';
import { includedIn } from './language/inclusion.ts';
import { pathLanguage } from './language/matcher.ts';
import type { Rule } from './types.ts';

/** A path that somebody is known to ask a service for. */
interface KnownPath {
  path: string;
  by: Origin;
  /** In words, after the object's name: `allows it`. */
  says: string;
}

/**
 * Matches beside a path that the configuration itself shows is asked for, and that no route of the host takes:
 * `exact: /api/health` where a policy, a probe or another VirtualService of the same service knows `/api/health/...`, or
 * `prefix: /api/items/` where one knows `/api/items`. Always with the evidence, and only where such a request gets 404.
 */
export const matchMisses: Rule = {
  name: 'match-misses',
  codes: [codes.matchMisses],
  find(mesh) {
    const known = new KnownPaths(mesh.registry);
    const judged = new Map<VirtualHost, [Route, KnownPath][]>();
    const found = new Map<string, { place: Origin; path: KnownPath; hosts: Set<string>; proxies: Set<Proxy> }>();
    for (const proxy of mesh.proxies)
      for (const { virtualHost } of virtualHosts(mesh, proxy)) {
        const missed = judged.get(virtualHost) ?? missedIn(virtualHost, known);
        judged.set(virtualHost, missed);
        for (const [route, path] of missed) {
          const place = matchOrigin(route);
          if (place?.resource.kind !== 'VirtualService') continue;
          const key = uriPath(place, route);
          const item = found.get(placeKey(key)) ?? { place: key, path, hosts: new Set(), proxies: new Set() };
          found.set(placeKey(key), item);
          item.hosts.add(domainsOf(virtualHost)[0] ?? '*');
          item.proxies.add(proxy);
        }
      }
    return [...found.values()].map(({ place, path, hosts, proxies }) => {
      const written = String(valueAt(place.resource.object, place.path) ?? '');
      const exact = place.path.at(-1) === 'exact';
      return findingOf(mesh, {
        code: codes.matchMisses,
        kind: 'missing-route',
        severity: 'info',
        at: place,
        proxies,
        message: `matches ${exact ? 'exactly ' : 'below '}${written}, and ${resourceName(path.by.resource)} ${path.says} ${path.path}`,
        effect: `${path.path} of ${[...hosts][0]} gets 404 NR: no route takes it.`,
        fix: exact
          ? `use prefix: ${written}, if what is below it is meant too.`
          : `use prefix: ${written.replace(/\/$/, '')}.`,
        related: [{ message: `${path.says} ${path.path}`, at: path.by }],
      });
    });
  },
};

function uriPath(place: Origin, route: Route): Origin {
  const form = route.match['path'] !== undefined ? 'exact' : 'prefix';
  const uri = place.path.includes('uri') ? place.path.slice(0, place.path.indexOf('uri')) : place.path;
  return { ...place, path: [...uri, 'uri', form] };
}

function missedIn(host: VirtualHost, known: KnownPaths): [Route, KnownPath][] {
  const routes = host.routes ?? [];
  return routes.flatMap((route): [Route, KnownPath][] => {
    const { path, prefix } = route.match;
    const below = typeof path === 'string' && path !== '/' ? `${path.replace(/\/$/, '')}/` : undefined;
    const itself = typeof prefix === 'string' && prefix.length > 1 && prefix.endsWith('/') ? prefix.slice(0, -1) : '';
    if (below === undefined && itself === '') return [];
    const hit = servicesOf(route)
      .flatMap((hostname) => known.of(hostname))
      .find(({ path: asked }) => (below === undefined ? asked === itself : asked.startsWith(below)));
    return hit && !routes.some((other) => mayTake(other.match, hit.path)) ? [[route, hit]] : [];
  });
}

/** Whether a route's matcher takes a path, whatever else it asks for; true where it is not known. */
function mayTake(match: Message, path: string): boolean {
  const [inner, outer] = [pathLanguage({ path }), pathLanguage(match)];
  if (!inner || !outer) return true;
  const inclusion = includedIn(inner, [outer]);
  return inclusion === 'unknown' || inclusion.included;
}

function servicesOf(route: Route): string[] {
  const action = route['route'];
  if (!isObject(action)) return [];
  const weighted = isObject(action['weighted_clusters']) ? action['weighted_clusters']['clusters'] : undefined;
  const names = [action['cluster'], ...(Array.isArray(weighted) ? weighted : []).map((it) => it.name)];
  return names.flatMap((name) => (typeof name === 'string' ? (parseClusterName(name)?.hostname ?? []) : []));
}

/** What the mesh's objects tell of the paths of services; found for a service when it is first asked for. */
class KnownPaths {
  readonly #registry: Registry;
  readonly #byHost = new Map<string, KnownPath[]>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  of(hostname: string): KnownPath[] {
    const known =
      this.#byHost.get(hostname) ??
      this.#registry
        .serviceByHostname(hostname)
        .flatMap((service) => [...this.#allowed(service), ...this.#probed(service), ...this.#routed(service)]);
    this.#byHost.set(hostname, known);
    return known;
  }

  /** Paths that an AuthorizationPolicy of the service's workloads allows. */
  #allowed({ namespace, selector }: Service): KnownPath[] {
    return this.#registry.resources('AuthorizationPolicy').flatMap((policy) => {
      const own = policy.metadata.namespace === namespace && (policy.spec['action'] ?? 'ALLOW') === 'ALLOW';
      if (!own || Object.keys(selector).length === 0 || !matchesLabels(selectorLabels(policy), selector)) return [];
      return objects(policy.spec['rules']).flatMap((rule, index) =>
        objects(rule['to']).flatMap((to, position) => {
          const paths = isObject(to['operation']) ? (to['operation'] as JsonObject)['paths'] : undefined;
          return (Array.isArray(paths) ? paths.map(String) : []).flatMap((path, item) =>
            example(path).map((it) => ({
              path: it,
              by: at(policy, 'spec', 'rules', index, 'to', position, 'operation', 'paths', item),
              says: 'allows',
            })),
          );
        }),
      );
    });
  }

  /** Paths that the probes of the service's workloads ask for, as their templates have them. */
  #probed({ namespace, selector }: Service): KnownPath[] {
    if (Object.keys(selector).length === 0) return [];
    const template: Path = ['spec', 'template'];
    return ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']
      .flatMap((kind) => this.#registry.resources(kind))
      .filter((workload) => {
        const labels = valueAt(workload.object, [...template, 'metadata', 'labels']);
        const own = isObject(labels) ? (labels as Record<string, string>) : {};
        return workload.metadata.namespace === namespace && matchesLabels(selector, own);
      })
      .flatMap((workload) => probePaths(workload, [...template, 'spec', 'containers']));
  }

  /** Paths that other VirtualServices lead to the service. */
  #routed({ hostname }: Service): KnownPath[] {
    return this.#registry.resources('VirtualService').flatMap((item) =>
      objects(item.spec['http']).flatMap((http, index) => {
        const leads = objects(http['route']).some(({ destination }) => {
          const host = isObject(destination) ? String(destination['host'] ?? '') : '';
          return hostsOverlap(resolveShortName(host, item.metadata.namespace, this.#registry.domainSuffix), hostname);
        });
        if (!leads) return [];
        return objects(http['match']).flatMap((match, position) => {
          const uri = isObject(match['uri']) ? match['uri'] : {};
          const path = uri['exact'] ?? uri['prefix'];
          const form = uri['exact'] === undefined ? 'prefix' : 'exact';
          if (typeof path !== 'string' || path === '/') return [];
          const by = at(item, 'spec', 'http', index, 'match', position, 'uri', form);
          return [
            {
              path: form === 'prefix' && path.endsWith('/') ? `${path}x` : path,
              by,
              says: 'leads to the same service',
            },
          ];
        });
      }),
    );
  }
}

function probePaths(workload: Resource, containers: Path): KnownPath[] {
  return objects(valueAt(workload.object, containers)).flatMap((container, index) =>
    ['readinessProbe', 'livenessProbe', 'startupProbe'].flatMap((probe) => {
      const path = valueAt(container, [probe, 'httpGet', 'path']);
      if (typeof path !== 'string') return [];
      const by = at(workload, ...containers, index, probe, 'httpGet', 'path');
      return [{ path: path.split('?')[0] ?? path, by, says: `has a ${probe} for` }];
    }),
  );
}

/** A path that a pattern of an AuthorizationPolicy takes; none for patterns that say little. */
function example(pattern: string): string[] {
  if (!pattern.startsWith('/') || pattern.includes('{')) return [];
  if (!pattern.includes('*')) return [pattern];
  return /^\/.+\/\*$/.test(pattern) ? [`${pattern.slice(0, -1)}x`] : [];
}
