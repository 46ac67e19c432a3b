import { codes } from '../model/codes.ts';
import { resourceName } from '../model/resource.ts';
import type { Service } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * ServiceEntries of several namespaces for one host that lead elsewhere: a namespace prefers its own, all others take the
 * oldest. Entries that nobody sees both of do not clash.
 */
export const serviceEntryClash: Rule = {
  name: 'service-entry-clash',
  codes: [codes.serviceEntryClash],
  find(mesh) {
    const entries = mesh.registry.services.filter((service) => service.resource.kind === 'ServiceEntry');
    const byHost = Map.groupBy(entries, (service) => service.hostname);
    return [...byHost.values()].flatMap((services) => {
      const [first, ...others] = services;
      if (!first) return [];
      return others.flatMap((other) => {
        if (other.resource === first.resource || other.namespace === first.namespace) return [];
        const both = mesh.proxies.filter(({ namespace }) => sees(first, namespace) && sees(other, namespace));
        if (both.length === 0 || leadsTo(mesh, first) === leadsTo(mesh, other)) return [];
        const hosts = other.resource.spec['hosts'];
        const index = Array.isArray(hosts) ? Math.max(0, hosts.indexOf(other.hostname)) : 0;
        return [
          findingOf(mesh, {
            code: codes.serviceEntryClash,
            kind: 'conflict',
            severity: 'warning',
            at: at(other.resource, 'spec', 'hosts', index),
            proxies: both,
            message: `claims ${other.hostname}, which ${resourceName(first.resource)} leads elsewhere`,
            effect: `proxies in ${other.namespace} use this entry, those in ${first.namespace} ${resourceName(first.resource)}, and all others the older one (${resourceName(first.resource)}).`,
            fix: 'keep one entry, or limit both with exportTo: ["."].',
            related: [
              { message: `${resourceName(first.resource)} claims it too`, at: at(first.resource, 'spec', 'hosts') },
            ],
          }),
        ];
      });
    });
  },
};

function sees(service: Service, namespace: string): boolean {
  return service.exportTo.has('*') || service.exportTo.has(namespace);
}

/** Where a host leads: how it is resolved, its ports and their endpoints. */
function leadsTo({ registry }: CompiledMesh, service: Service): string {
  const ports = service.ports.map((port) => [
    port.port,
    port.protocol,
    registry
      .endpoints(service, port)
      .map(({ address, port: number }) => `${address}:${number}`)
      .sort(),
  ]);
  return JSON.stringify([service.resolution, service.meshExternal, ports]);
}
