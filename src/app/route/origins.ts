import type { Message, ProxyConfig, RouteConfiguration } from '../../model/envoy.ts';
import { formatPath, isObject, type Path, valueAt } from '../../model/json.ts';
import { type Origin, originsAt } from '../../model/provenance.ts';
import { type Location, type Resource, resourceKey, resourceName } from '../../model/resource.ts';

/** A line of configuration that decided something. */
export interface Reference {
  /** `VirtualService shop/catalog`. */
  resource: string;
  field: string;
  location: Location | null;
}

/** Leads places in Envoy's resources back to the configuration that they come from. */
export class Origins {
  readonly #git: Map<string, Resource>;
  readonly #all: readonly Resource[];
  readonly #marked: ((proxy: string) => ProxyConfig | undefined) | undefined;

  /**
   * @param all resources of the state that is asked about
   * @param git Git's resources, which have files
   * @param marked for resources without marks (of a live proxy): the compiled configuration of the same proxy
   */
  constructor(all: readonly Resource[], git: readonly Resource[], marked?: (proxy: string) => ProxyConfig | undefined) {
    this.#all = all;
    this.#git = new Map(git.map((it) => [resourceKey(it), it]));
    this.#marked = marked;
  }

  /** What decided a place of a resource, the object that a person would edit first. */
  at(proxy: string, root: Message, path: Path): Reference[] {
    const marked = this.#marked?.(proxy);
    const twin = marked ? twinOf(marked, root, path) : { root, path };
    const origins = twin ? originsAt(twin.root, twin.path) : [];
    return [...origins].sort((a, b) => Number(isIstio(b)) - Number(isIstio(a))).map((it) => this.#reference(it));
  }

  /** The rule that a policy of an RBAC filter was made of: `ns[shop]-policy[allow]-rule[0]`. */
  policy(name: string): Reference | undefined {
    const [, namespace, policy, rule] = /^ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[(\d+)\]/.exec(name) ?? [];
    const resource = this.#all.find(
      (it) => it.kind === 'AuthorizationPolicy' && it.metadata.namespace === namespace && it.metadata.name === policy,
    );
    return resource && this.#reference({ resource, path: ['spec', 'rules', Number(rule)] });
  }

  #reference({ resource, path }: Origin): Reference {
    const own = resource.locate(path);
    const git = this.#git.get(resourceKey(resource));
    const location = own ?? git?.locate(path) ?? null;
    return { resource: resourceName(resource), field: formatPath(path), location };
  }
}

function isIstio(origin: Origin): boolean {
  return /(\.istio\.io|gateway\.networking\.k8s\.io)$/.test(origin.resource.group);
}

/** The same place in a compiled configuration: virtual hosts and routes are paired by name, the rest by position. */
function twinOf(config: ProxyConfig, root: Message, path: Path): { root: Message; path: Path } | undefined {
  const listener = config.listeners.find((it) => it.name === root['name'] && root['address'] !== undefined);
  if (listener) return { root: listener, path };
  if (root['connect_timeout'] !== undefined || root['type'] !== undefined || root['cluster_type'] !== undefined) {
    const cluster = config.clusters.find((it) => it.name === root['name']);
    return cluster && { root: cluster, path };
  }
  const route = config.routes.find((it) => it.name === root['name']) ?? inline(config, root['name']);
  if (!route || path[0] !== 'virtual_hosts') return route && { root: route, path };
  const host = (root as RouteConfiguration).virtual_hosts?.[Number(path[1])];
  const hosts = route.virtual_hosts ?? [];
  const hostIndex = hosts.findIndex((it) => it.name === host?.name);
  if (hostIndex < 0) return undefined;
  if (path[2] !== 'routes') return { root: route, path: ['virtual_hosts', hostIndex] };
  const wanted = host?.routes?.[Number(path[3])];
  const routes = hosts[hostIndex]?.routes ?? [];
  const sameName = routes.flatMap((it, index) => (it.name === wanted?.name ? [index] : []));
  const position = (host?.routes ?? []).filter((it) => it.name === wanted?.name).indexOf(wanted as never);
  const index = sameName[position] ?? sameName[0];
  return index === undefined
    ? undefined
    : { root: route, path: ['virtual_hosts', hostIndex, 'routes', index, ...path.slice(4)] };
}

/** A route configuration that stands inside of a listener. */
function inline(config: ProxyConfig, name: unknown): RouteConfiguration | undefined {
  for (const listener of config.listeners)
    for (const chain of [
      ...(listener.filter_chains ?? []),
      ...(listener.default_filter_chain ? [listener.default_filter_chain] : []),
    ])
      for (const filter of chain.filters ?? []) {
        const found = valueAt(filter, ['typed_config', 'route_config']);
        if (isObject(found) && found['name'] === name) return found as RouteConfiguration;
      }
  return undefined;
}
