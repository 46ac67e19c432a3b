import { type GatewayServer, gatewayServer, isHttpServer } from '../compile/gateway/server.ts';
import { sharedHosts } from '../compile/route/gateway/bound-routes.ts';
import { objects } from '../model/json.ts';
import type { VirtualService } from '../registry/types.ts';
import type { CompiledMesh } from './types.ts';

/** The servers of a VirtualService's Gateways that have one of its hosts. */
export function serversFor({ registry }: CompiledMesh, service: VirtualService): GatewayServer[] {
  return registry
    .resources('Gateway')
    .filter(({ metadata }) => service.gateways.includes(`${metadata.namespace}/${metadata.name}`))
    .flatMap((gateway) =>
      objects(gateway.spec['servers']).flatMap((config) => {
        const base = gatewayServer(gateway, config);
        return base ? [{ ...base, listenerPort: base.port.number, routeName: '' }] : [];
      }),
    )
    .filter((server) => sharedHosts(server, service).length > 0);
}

/**
 * The servers for a VirtualService's hosts, if there are any and none of them ends TLS or speaks plain HTTP, so that `http`
 * routes are in no gateway (istiod's `IsHTTPServer`).
 */
export function withoutHttp(mesh: CompiledMesh, service: VirtualService): GatewayServer[] {
  const servers = serversFor(mesh, service);
  return servers.some(isHttpServer) ? [] : servers;
}
