import { isTlsProtocol, listenerProtocol } from '../compile/listener/outbound/listener-protocol.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import type { VirtualService } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import { holdersOf } from './holders.ts';
import { withoutHttp } from './http-at-tls-server.ts';
import { meantHolders } from './meant-holders.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { writtenVirtualServices } from './virtual-services.ts';

/**
 * `http` routes in the mesh for hosts all of whose ports are TCP or TLS by name or appProtocol: sidecars know no requests
 * there, so that the routes are in no proxy. A port without a protocol is sniffed and is no fault. And those of gateways that
 * pass the TLS of the hosts on.
 */
export const httpRouteOnTcp: Rule = {
  name: 'http-route-on-tcp',
  codes: [codes.httpRouteOnTcp],
  find(mesh) {
    // A route may be in a proxy that nobody looks at.
    if (mesh.proxies.length < mesh.registry.proxies.length) return [];
    return writtenVirtualServices(mesh.registry).flatMap((service) => {
      if (objects(service.spec['http']).length === 0) return [];
      if (!service.gateways.includes('mesh')) return atGateway(mesh, service);
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
          proxies: meantHolders(mesh, service),
          message: `has http routes for ${service.hosts.join(', ')}, whose ports are no HTTP: ${ports.map(({ port, name, protocol }) => `${port} (${name}) is ${protocol}`).join(', ')}`,
          effect: 'the routes are in no proxy: connections are passed on as if they were not there.',
          fix: `name the Service's port http or grpc (appProtocol goes before the name), or write tcp or tls routes.`,
          related: first ? [{ message: 'says what the port speaks', at: at(first.resource, 'spec', 'ports') }] : [],
        }),
      ];
    });
  },
};

/** Routes of a gateway that does not end the TLS of their hosts: without tls routes beside them connections are closed. */
function atGateway(mesh: CompiledMesh, service: VirtualService): Finding[] {
  const servers = withoutHttp(mesh, service);
  const [first] = servers;
  if (!first || holdersOf(mesh, service).size > 0) return [];
  const alone = objects(service.spec['tls']).length + objects(service.spec['tcp']).length === 0;
  const ports = servers.map(({ port, protocol }) => `port ${port.number} is ${protocol}`);
  return [
    findingOf(mesh, {
      code: codes.httpRouteOnTcp,
      kind: 'missing-route',
      severity: alone ? 'error' : 'warning',
      at: at(service.resource, 'spec', 'http'),
      proxies: meantHolders(mesh, service),
      message: `has http routes for ${service.hosts.join(', ')}, which its gateway does not read HTTP of: ${[...new Set(ports)].join(', ')}${first.tls ? ` of tls mode ${String(first.tls['mode'])}` : ''}`,
      effect: `the routes are in no proxy${alone ? ': connections are closed.' : '.'}`,
      fix: 'write tls routes with sniHosts (tcp routes for TCP), or let the server end the TLS: protocol HTTPS with mode SIMPLE.',
      related: [{ message: 'has the host', at: at(first.gateway, 'spec', 'servers') }],
    }),
  ];
}

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
