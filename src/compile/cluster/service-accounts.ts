import type { Registry, Service } from '../../registry/types.ts';

const known = new WeakMap<Registry, WeakMap<Service, string[]>>();

/**
 * The identities that a service's workloads can have, which a client verifies: those of all endpoints of all its ports
 * and those that the service declares, in every trust domain of the mesh, sorted (istiod's `addServiceAccounts`).
 */
export function serviceAccounts(registry: Registry, service: Service): string[] {
  let byService = known.get(registry);
  if (!byService) {
    byService = new WeakMap();
    known.set(registry, byService);
  }
  let found = byService.get(service);
  if (!found) {
    found = collect(registry, service);
    byService.set(service, found);
  }
  return found;
}

function collect(registry: Registry, service: Service): string[] {
  const names = new Set(service.subjectAltNames);
  for (const port of service.ports)
    for (const endpoint of registry.endpoints(service, port))
      if (endpoint.serviceAccount) names.add(endpoint.serviceAccount);
  const aliases = registry.mesh['trustDomainAliases'];
  if (Array.isArray(aliases) && aliases.length > 0) {
    for (const name of [...names]) {
      const path = /^spiffe:\/\/[^/]+(\/.*)$/.exec(name)?.[1];
      if (path) for (const alias of aliases) names.add(`spiffe://${String(alias)}${path}`);
    }
  }
  return [...names].sort();
}
