import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import { resourceName } from '../model/resource.ts';
import type { Service } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import { hostPlace } from './host-place.ts';
import { precedence } from './precedence.ts';
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
    const taken = entries.flatMap((entry) => ofService(mesh, entry));
    const clashes = [...byHost.values()].flatMap((services) => {
      const [first, ...others] = services;
      if (!first) return [];
      return others.flatMap((other) => {
        if (other.resource === first.resource || other.namespace === first.namespace) return [];
        const both = mesh.proxies.filter(({ namespace }) => sees(first, namespace) && sees(other, namespace));
        if (both.length === 0 || leadsTo(mesh, first) === leadsTo(mesh, other)) return [];
        const { isKnown, why } = precedence(first.resource, other.resource);
        return [
          findingOf(mesh, {
            code: codes.serviceEntryClash,
            kind: 'conflict',
            severity: 'warning',
            at: hostPlace(other),
            proxies: both,
            message: `claims ${other.hostname}, which ${resourceName(first.resource)} leads elsewhere`,
            effect: `proxies in ${other.namespace} use this entry, those in ${first.namespace} ${resourceName(first.resource)}, and all others the first of both ${isKnown ? `(${why}).` : `in age. ${why}`}`,
            fix: 'keep one entry, or limit both with exportTo: ["."].',
            related: [
              { message: `${resourceName(first.resource)} claims it too`, at: at(first.resource, 'spec', 'hosts') },
            ],
          }),
        ];
      });
    });
    return [...clashes, ...taken];
  },
};

/**
 * An entry for the host of a Kubernetes Service. In the Service's namespace istiod keeps their endpoints together, since both
 * have one key; from another namespace the entry leads its own proxies elsewhere.
 */
function ofService(mesh: CompiledMesh, entry: Service): Finding[] {
  const service = mesh.registry.services.find(
    (it) => it.hostname === entry.hostname && it.resource.kind === 'Service' && it !== entry,
  );
  const together = service?.namespace === entry.namespace;
  const own = objects(entry.resource.spec['endpoints']);
  if (!service || (together ? own.length === 0 : leadsTo(mesh, service) === leadsTo(mesh, entry))) return [];
  const clients = mesh.proxies.filter(
    ({ namespace }) =>
      sees(entry, namespace) && sees(service, namespace) && (together || namespace === entry.namespace),
  );
  if (clients.length === 0) return [];
  return [
    findingOf(mesh, {
      code: codes.serviceEntryClash,
      kind: 'conflict',
      severity: 'warning',
      at: hostPlace(entry),
      proxies: clients,
      message: `claims ${entry.hostname}, which ${resourceName(service.resource)} has`,
      effect: together
        ? `its endpoints are added to those of the Service: requests for ${entry.hostname} are shared between both.`
        : `proxies in ${entry.namespace} may use this entry in the Service's place.`,
      fix: 'give the entry a host of its own, or select the workloads by the Service (WorkloadEntry).',
      related: [{ message: 'the Service', at: at(service.resource, 'spec') }],
    }),
  ];
}

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
