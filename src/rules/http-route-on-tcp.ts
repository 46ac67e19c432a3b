import { isTlsProtocol, listenerProtocol } from '../compile/listener/outbound/listener-protocol.ts';
import { codes } from '../model/codes.ts';
import { objects } from '../model/json.ts';
import type { VirtualService } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import { holdersOf } from './holders.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { writtenVirtualServices } from './virtual-services.ts';

/**
 * `http` routes in the mesh for hosts all of whose ports are TCP or TLS by name or appProtocol: sidecars know no requests
 * there, so that the routes are in no proxy. A port without a protocol is sniffed and is no fault.
 */
export const httpRouteOnTcp: Rule = {
  name: 'http-route-on-tcp',
  codes: [codes.httpRouteOnTcp],
  find(mesh) {
    // A route may be in a proxy that nobody looks at.
    if (mesh.proxies.length < mesh.registry.proxies.length) return [];
    return writtenVirtualServices(mesh.registry).flatMap((service) => {
      if (objects(service.spec['http']).length === 0 || !service.gateways.includes('mesh')) return [];
      if (holdersOf(mesh, service).size > 0) return [];
      const ports = tcpPorts(mesh, service);
      if (!ports) return [];
      const [first] = ports;
      return [
        findingOf(mesh, {
          code: codes.httpRouteOnTcp,
          kind: 'missing-route',
          severity: 'warning',
          at: at(service.resource, 'spec', 'http'),
          proxies: [],
          message: `has http routes for ${service.hosts.join(', ')}, whose ports are no HTTP: ${ports.map(({ port, name, protocol }) => `${port} (${name}) is ${protocol}`).join(', ')}`,
          effect: 'the routes are in no proxy: connections are passed on as if they were not there.',
          fix: `name the Service's port http or grpc (appProtocol goes before the name), or write tcp or tls routes.`,
          related: first ? [{ message: 'says what the port speaks', at: at(first.resource, 'spec', 'ports') }] : [],
        }),
      ];
    });
  },
};

/**
 * The ports of a VirtualService's hosts, if there are any and all of them are known to be no HTTP. A host outside with a
 * port of TLS may be called in plain HTTP on purpose, for its sidecar to open TLS.
 */
function tcpPorts({ registry }: CompiledMesh, service: VirtualService) {
  const services = service.hosts.map((host) => registry.serviceByHostname(host));
  if (services.some((found) => found.length === 0)) return undefined;
  const ports = services.flat().flatMap(({ resource, ports: own }) => own.map((port) => ({ ...port, resource })));
  if (
    services.flat().some(({ registry }) => registry === 'External') &&
    ports.some(({ protocol }) => isTlsProtocol(protocol))
  )
    return undefined;
  return ports.length > 0 && ports.every(({ protocol }) => listenerProtocol(protocol) === 'tcp') ? ports : undefined;
}
