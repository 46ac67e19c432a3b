import { mergedGateway } from '../compile/gateway/merged-gateway.ts';
import type { Proxy } from '../model/proxy.ts';
import type { VirtualService } from '../registry/types.ts';
import { isUnknownService, nameOf } from './holders.ts';
import type { CompiledMesh } from './types.ts';
import { visibleTo } from './virtual-services.ts';

/**
 * The proxies that a VirtualService is written for, whether or not any of its routes came to be: gateways' pods that serve
 * one of its Gateways, and sidecars that see it where one of its hosts exists.
 */
export function meantHolders(mesh: CompiledMesh, service: VirtualService): Set<Proxy> {
  const { registry } = mesh;
  const inMesh = service.gateways.includes('mesh') && service.hosts.some((host) => !isUnknownService(registry, host));
  return new Set(
    mesh.proxies.filter((proxy) => {
      if (proxy.type !== 'router')
        return inMesh && visibleTo(registry, proxy).some((it) => nameOf(it) === nameOf(service));
      const servers = mergedGateway(proxy, registry)?.ports.flatMap((port) => port.servers) ?? [];
      return servers.some(({ gatewayName }) => service.gateways.includes(gatewayName));
    }),
  );
}
