import type { Route, VirtualHost } from '../model/envoy.ts';
import { type Origin, originsAt } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Registry, VirtualService } from '../registry/types.ts';
import type { CompiledMesh } from './types.ts';

/** A virtual host that a proxy holds. */
export interface HeldHost {
  configuration: string;
  virtualHost: VirtualHost;
}

/** The virtual hosts that a proxy holds, those left out that are for a port which their service does not have. */
export function virtualHosts(mesh: CompiledMesh, proxy: Proxy): HeldHost[] {
  const idle = idleHosts(mesh, proxy);
  return mesh
    .config(proxy)
    .routes.flatMap((configuration) =>
      (configuration.virtual_hosts ?? []).map((virtualHost) => ({ configuration: configuration.name, virtualHost })),
    )
    .filter(({ virtualHost }) => !idle.has(virtualHost));
}

const idleByMesh = new WeakMap<CompiledMesh, Map<Proxy, Set<VirtualHost>>>();

/**
 * A sidecar's virtual hosts for a service on a port that the service does not have. istiod makes them of a
 * VirtualService's hosts on every HTTP port that any service has; nobody means to call them.
 */
export function idleHosts(mesh: CompiledMesh, proxy: Proxy): ReadonlySet<VirtualHost> {
  const known = idleByMesh.get(mesh) ?? new Map<Proxy, Set<VirtualHost>>();
  idleByMesh.set(mesh, known);
  const found = known.get(proxy) ?? new Set(proxy.type === 'sidecar' ? findIdle(mesh, proxy) : []);
  known.set(proxy, found);
  return found;
}

function findIdle(mesh: CompiledMesh, proxy: Proxy): VirtualHost[] {
  const { serviceByHostname } = mesh.registry.sidecarScope(proxy);
  return mesh.config(proxy).routes.flatMap(({ name, virtual_hosts: hosts }) => {
    const port = Number(/(\d+)$/.exec(name)?.[1]);
    if (Number.isNaN(port)) return [];
    return (hosts ?? []).filter((host) => {
      const services = domainsOf(host).flatMap((domain) => serviceByHostname.get(domain) ?? []);
      return services.length > 0 && services.every(({ ports }) => !ports.some((own) => own.port === port));
    });
  });
}

/** The domains of a virtual host without ports. */
export function domainsOf({ domains }: VirtualHost): string[] {
  // Which port a name stands for may not be known: such a domain is no text.
  return domains.filter((domain) => typeof domain === 'string').map((domain) => domain.replace(/:\d+$/, ''));
}

/** Whether a virtual host is for a name of the cluster's own domain that no Service has, so that no client can ask for it. */
export function isNobodys({ registry }: CompiledMesh, host: VirtualHost): boolean {
  return domainsOf(host).some((domain) => isUnknownService(registry, domain));
}

/** Whether a name is one of the cluster's own domain and no Service has it. */
export function isUnknownService(registry: Registry, host: string): boolean {
  const ofCluster = host.endsWith(`.svc.${registry.domainSuffix}`) && !host.startsWith('*');
  return ofCluster && registry.serviceByHostname(host).length === 0;
}

/** The VirtualService that a route was made of, as `namespace/name`; undefined for routes without one. */
export function virtualServiceOf(route: Route): string | undefined {
  const config = route['metadata']?.filter_metadata?.istio?.config;
  const found = /\/namespaces\/([^/]+)\/virtual-service\/(.+)$/.exec(String(config ?? ''));
  return found ? `${found[1]}/${found[2]}` : undefined;
}

export function nameOf({ namespace, name }: Pick<VirtualService, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

const byMesh = new WeakMap<CompiledMesh, Map<string, Set<Proxy>>>();

/** The proxies that have a route of the VirtualService. */
export function holdersOf(mesh: CompiledMesh, virtualService: Pick<VirtualService, 'namespace' | 'name'>): Set<Proxy> {
  let holders = byMesh.get(mesh);
  if (!holders) {
    holders = new Map();
    byMesh.set(mesh, holders);
    for (const proxy of mesh.proxies)
      for (const { virtualHost } of virtualHosts(mesh, proxy))
        for (const route of virtualHost.routes ?? []) {
          const name = virtualServiceOf(route);
          if (name === undefined) continue;
          const known = holders.get(name) ?? new Set();
          holders.set(name, known.add(proxy));
        }
  }
  return holders.get(nameOf(virtualService)) ?? new Set();
}

/** Where a route's match, or the http rule where it has none, is written. */
export function matchOrigin(route: Route): Origin | undefined {
  return originsAt(route, ['match'])[0];
}
