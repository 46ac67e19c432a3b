import { gatewayServer } from '../compile/gateway/server.ts';
import { sharedHosts } from '../compile/route/gateway/bound-routes.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import { resourceName } from '../model/resource.ts';
import type { VirtualService } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import { holdersOf, isUnknownService } from './holders.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { unseen } from './unseen.ts';
import { writtenVirtualServices } from './virtual-services.ts';

/**
 * Hosts of VirtualServices that nobody serves: a name of the cluster's domain that no Service has (mostly a short name in
 * the wrong namespace), or a host that no server of the VirtualService's Gateways has.
 */
export const unservedHost: Rule = {
  name: 'unserved-host',
  codes: [codes.hostOfNobody, codes.unservedHost],
  find(mesh) {
    return writtenVirtualServices(mesh.registry).flatMap((service) =>
      service.hosts.flatMap((host, index) =>
        service.gateways.includes('mesh') ? ofNobody(mesh, service, host, index) : unserved(mesh, service, host, index),
      ),
    );
  },
};

function ofNobody(mesh: CompiledMesh, service: VirtualService, host: string, index: number): Finding[] {
  if (!isUnknownService(mesh.registry, host)) return [];
  const { unsure, words } = unseen(mesh.registry, 'has it');
  const short = service.shortHosts[index] ?? host;
  const near = mesh.registry.services.filter(({ name }) => name === short).map(({ hostname }) => hostname);
  return [
    findingOf(mesh, {
      code: codes.hostOfNobody,
      kind: 'unresolved',
      severity: unsure ? 'info' : 'error',
      at: at(service.resource, 'spec', 'hosts', index),
      proxies: [],
      message: `has host ${short === host ? host : `${short}, which means ${host}: that`}${short === host ? ', which' : ''} no Service has${words}`,
      effect: 'no client asks for that name, so the routes are never used for it.',
      fix: near.length > 0 ? `write ${near.slice(0, 3).join(' or ')}.` : 'correct the host, or create the Service.',
    }),
  ];
}

function unserved(mesh: CompiledMesh, service: VirtualService, host: string, index: number): Finding[] {
  const gateways = mesh.registry
    .resources('Gateway')
    .filter(({ metadata }) => service.gateways.includes(`${metadata.namespace}/${metadata.name}`));
  const servers = gateways.flatMap((gateway) =>
    objects(gateway.spec['servers']).flatMap((config) => {
      const base = gatewayServer(gateway, config);
      return base ? [{ ...base, listenerPort: base.port.number, routeName: '' }] : [];
    }),
  );
  const served = servers.some((server) => sharedHosts(server, { ...service, hosts: [host] }).length > 0);
  if (served || gateways.length === 0) return [];
  return [
    findingOf(mesh, {
      code: codes.unservedHost,
      kind: 'unresolved',
      severity: 'error',
      at: at(service.resource, 'spec', 'hosts', index),
      proxies: holdersOf(mesh, service),
      message: `has host ${host}, which no server of ${gateways.map((it) => resourceName(it)).join(', ')} has`,
      effect: `requests for ${host} get 404 NR at the gateway.`,
      fix: 'add the host to a server of the Gateway, or correct it.',
    }),
  ];
}
