import { compareText } from './order.ts';
import type { Service } from './types.ts';

/** istiod's order of services (model.SortServicesByCreationTime): oldest first, ties by name, then namespace. */
function byServiceCreation(a: Service, b: Service): number {
  return (
    compareText(a.creationTimestamp, b.creationTimestamp) ||
    compareText(a.name, b.name) ||
    compareText(a.namespace, b.namespace)
  );
}

const noServices: ReadonlyMap<string, Service> = new Map();

/** Services by visibility and by host name (istiod's ServiceIndex). */
export class ServiceIndex {
  readonly services: Service[];
  readonly #public: Service[] = [];
  readonly #exported = new Map<string, Service[]>();
  readonly #byHostname = new Map<string, Map<string, Service>>();
  readonly #allByHostname = new Map<string, Service[]>();

  /** @param services in istiod's order before the sort: ServiceEntries' last where all else is equal */
  constructor(services: readonly Service[]) {
    this.services = withAliases([...services].sort(byServiceCreation));
    for (const service of this.services) {
      push(this.#allByHostname, service.hostname, service);
      this.#addByNamespace(service);
      if (service.exportTo.has('*')) this.#public.push(service);
      else if (!service.exportTo.has('~'))
        for (const namespace of service.exportTo) push(this.#exported, namespace, service);
    }
  }

  /** Services visible in a namespace: first those exported to it by name, then the public ones. */
  exportedTo(namespace: string): Service[] {
    return [...(this.#exported.get(namespace) ?? []), ...this.#public];
  }

  /** One service of a host name for each namespace: the Kubernetes Service if there is one, else the oldest. */
  byNamespace(hostname: string): ReadonlyMap<string, Service> {
    return this.#byHostname.get(hostname) ?? noServices;
  }

  /** All services of a host name, in istiod's order. */
  allOf(hostname: string): Service[] {
    return this.#allByHostname.get(hostname) ?? [];
  }

  #addByNamespace(service: Service): void {
    let namespaces = this.#byHostname.get(service.hostname);
    if (!namespaces) {
      namespaces = new Map();
      this.#byHostname.set(service.hostname, namespaces);
    }
    const existing = namespaces.get(service.namespace);
    if (!existing || (existing.registry !== 'Kubernetes' && service.registry === 'Kubernetes'))
      namespaces.set(service.namespace, service);
  }
}

/**
 * Tells each service which ExternalName services stand for it (model.resolveServiceAliases). An alias of an alias
 * counts for the end of the chain; a loop counts for nothing.
 */
function withAliases(services: Service[]): Service[] {
  const aliases = services.filter((service) => service.resolution === 'Alias');
  if (aliases.length === 0) return services;
  const next = new Map(aliases.map((service) => [service.hostname, service.externalName]));
  const ofTarget = new Map<string, Service['aliases']>();
  for (const { hostname, namespace, externalName } of aliases) {
    const seen = new Set([hostname]);
    let target: string | undefined = externalName;
    while (target !== undefined && next.has(target)) {
      if (seen.has(target)) target = undefined;
      else {
        seen.add(target);
        target = next.get(target);
      }
    }
    if (target !== undefined) push(ofTarget, target, { hostname, namespace });
  }
  for (const list of ofTarget.values())
    list.sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.hostname, b.hostname));
  return services.map((service) => {
    const known = ofTarget.get(service.hostname);
    return known ? { ...service, aliases: known } : service;
  });
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
