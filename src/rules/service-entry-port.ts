import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { resourceName } from '../model/resource.ts';
import type { Service } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * ServiceEntries of one namespace that give a port of a host another protocol than an older one: proxies take the port
 * once. Of several namespaces `service-entry-clash` tells.
 */
export const serviceEntryPort: Rule = {
  name: 'service-entry-port',
  codes: [codes.serviceEntryPort],
  find(mesh) {
    const entries = mesh.registry.services.filter((service) => service.resource.kind === 'ServiceEntry');
    const byHost = Map.groupBy(entries, (service) => `${service.namespace} ${service.hostname}`);
    return [...byHost.values()].flatMap((services) =>
      services.slice(1).flatMap((service) => lostPorts(mesh, service, services)),
    );
  },
};

function lostPorts(mesh: CompiledMesh, service: Service, rivals: Service[]): Finding[] {
  return objects(service.resource.spec['ports']).flatMap((written, index) => {
    const own = service.ports.find(({ port }) => port === written['number']);
    if (!own) return [];
    const proxies = mesh.proxies.filter((proxy) => other(mesh, proxy, service, own.port, own.protocol));
    const rival = rivals.find(
      (it) =>
        it.resource !== service.resource &&
        it.ports.some(({ port, protocol }) => port === own.port && protocol !== own.protocol),
    );
    if (proxies.length === 0 || !rival) return [];
    const winner = rival.ports.find(({ port }) => port === own.port)?.protocol;
    return [
      findingOf(mesh, {
        code: codes.serviceEntryPort,
        kind: 'conflict',
        severity: 'warning',
        at: at(service.resource, 'spec', 'ports', index, 'protocol'),
        proxies,
        message: `has port ${own.port} of ${service.hostname} as ${own.protocol}, which ${resourceName(rival.resource)} has as ${winner}`,
        effect: `the proxies take it as ${winner}.`,
        fix: 'write one protocol in both, or keep one entry.',
        related: [{ message: `has it as ${winner}`, at: at(rival.resource, 'spec', 'ports') }],
      }),
    ];
  });
}

/** Whether a proxy sees the host's port with another protocol. */
function other({ registry }: CompiledMesh, proxy: Proxy, service: Service, number: number, protocol: string): boolean {
  const seen = registry.sidecarScope(proxy).serviceByHostname.get(service.hostname);
  const port = seen?.ports.find((it) => it.port === number);
  return seen?.namespace === service.namespace && port !== undefined && port.protocol !== protocol;
}
