import { withPort } from './egress-listener.ts';
import { isExportedTo } from './export-to.ts';
import { objects } from './objects.ts';
import { compareText } from './order.ts';
import type { ScopeContext } from './sidecar-scope.ts';
import type { EgressListener, ExportTo, Service, VirtualService } from './types.ts';

/** The services of a scope, one for each hostname, in the order of their discovery (appendSidecarServices). */
export class ScopeServices {
  readonly #services = new Map<string, Service>();

  get byHostname(): ReadonlyMap<string, Service> {
    return this.#services;
  }

  add(service: Service): void {
    const existing = this.#services.get(service.hostname);
    if (existing === service) return;
    const kubernetes = service.registry === 'Kubernetes';
    if (!existing || (existing.registry !== 'Kubernetes' && kubernetes)) {
      // A Map keeps the place of a key that is set again, as istiod keeps the place in its list.
      this.#services.set(service.hostname, service);
      return;
    }
    if (existing.registry === 'Kubernetes' && !kubernetes) return;
    if (!canMerge(existing, service)) return;
    const numbers = new Set(existing.ports.map((port) => port.port));
    const added = service.ports.filter((port) => !numbers.has(port.port));
    if (added.length > 0) this.#services.set(service.hostname, { ...existing, ports: [...existing.ports, ...added] });
  }
}

/** Adds what a listener imports, then the destinations of its VirtualServices (collectImportedServices). */
export function addListenerServices(
  scope: ScopeServices,
  listener: EgressListener & { matchPort?: number },
  namespace: string,
  context: ScopeContext,
): void {
  for (const service of listener.services) scope.add(service);
  for (const virtualService of listener.virtualServices) {
    for (const [hostname, ports] of destinations(virtualService, namespace)) {
      const service = pickService(
        context.services.byNamespace(hostname),
        namespace,
        context.preferKubernetesDestination,
      );
      if (!service) continue;
      const trimmed =
        listener.matchPort === undefined ? withPorts(service, ports) : withPort(service, listener.matchPort);
      if (trimmed) scope.add(trimmed);
    }
  }
}

/** Destinations that do not depend on the caller's namespace, of VirtualServices that were asked before. */
const known = new WeakMap<VirtualService, ReadonlyMap<string, Set<number>>>();

/**
 * Destinations of a VirtualService that a namespace can reach, with their ports; port 0 stands for all of them
 * (virtualServiceDestinationsFilteredBySourceNamespace).
 */
function destinations(virtualService: VirtualService, namespace: string): ReadonlyMap<string, Set<number>> {
  const found = known.get(virtualService);
  if (found) return found;
  const result = new Map<string, Set<number>>();
  const add = (destination: unknown): void => {
    const { host, port } = (destination ?? {}) as { host?: string; port?: { number?: number } };
    if (host === undefined) return;
    const ports = result.get(host) ?? new Set<number>();
    ports.add(port?.number ?? 0);
    result.set(host, ports);
  };
  let forAll = true;
  for (const route of objects(virtualService.spec['http'])) {
    const namespaces = sourceNamespaces(route['match']);
    if (namespaces.length > 0) forAll = false;
    if (namespaces.length > 0 && !namespaces.includes(namespace)) continue;
    for (const item of objects(route['route'])) add(item['destination']);
    add(route['mirror']);
    for (const item of objects(route['mirrors'])) add(item['destination']);
  }
  for (const key of ['tcp', 'tls'])
    for (const route of objects(virtualService.spec[key]))
      for (const item of objects(route['route'])) add(item['destination']);
  if (forAll) known.set(virtualService, result);
  return result;
}

/** The namespaces that the matches of a route name; none stands for all. */
function sourceNamespaces(match: unknown): unknown[] {
  return objects(match)
    .map((item) => item['sourceNamespace'])
    .filter(Boolean);
}

/**
 * The service that a destination means: the own namespace's, visible or not; else, among those visible, the first
 * namespace by name, or from 1.32 on a Kubernetes Service's, else the oldest's.
 */
function pickService(
  services: ReadonlyMap<string, Service>,
  namespace: string,
  preferKubernetes: boolean,
): Service | undefined {
  const own = services.get(namespace);
  if (own) return own;
  if (services.size === 0) return undefined;
  const visible = [...services.values()].filter((service) => isExportedTo(service.exportTo, namespace));
  if (!preferKubernetes) return visible.sort((a, b) => compareText(a.namespace, b.namespace))[0];
  const kubernetes = visible.find((service) => service.registry === 'Kubernetes');
  return kubernetes ?? visible.sort((a, b) => compareText(a.creationTimestamp, b.creationTimestamp))[0];
}

/** The service with these ports only (serviceMatchingVirtualServicePorts); undefined where it has none of them. */
function withPorts(service: Service, numbers: ReadonlySet<number>): Service | undefined {
  if (numbers.size === 0 || numbers.has(0)) return service;
  const ports = service.ports.filter((port) => numbers.has(port.port));
  if (ports.length === service.ports.length) return service;
  return ports.length > 0 ? { ...service, ports } : undefined;
}

/** Whether two services of one hostname are parts of one (canMergeServices). */
function canMerge(a: Service, b: Service): boolean {
  return (
    a.namespace === b.namespace &&
    a.resolution === b.resolution &&
    a.registry === b.registry &&
    sameEntries(a.labels, b.labels) &&
    sameEntries(a.selector, b.selector) &&
    sameExport(a.exportTo, b.exportTo)
  );
}

function sameEntries(a: Record<string, string>, b: Record<string, string>): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function sameExport(a: ExportTo, b: ExportTo): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}
