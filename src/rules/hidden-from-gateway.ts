import { mergedGateway } from '../compile/gateway/merged-gateway.ts';
import { codes } from '../model/codes.ts';
import type { Proxy } from '../model/proxy.ts';
import { resolveGatewayName } from '../registry/hostname.ts';
import { at, findingOf } from './finding.ts';
import { holdersOf } from './holders.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * VirtualServices bound to a Gateway whose pods are in a namespace that they are not exported to: a gateway sees what its
 * own namespace sees (istiod's `virtualServicesForGateway`), wherever the Gateway itself stands.
 */
export const hiddenFromGateway: Rule = {
  name: 'hidden-from-gateway',
  codes: [codes.hiddenFromGateway],
  find(mesh) {
    const serving = podsByGateway(mesh);
    return mesh.registry.resources('VirtualService').flatMap((service) => {
      const { namespace, name } = service.metadata;
      const exportTo = service.spec['exportTo'];
      const written = Array.isArray(exportTo) && exportTo.length > 0;
      // Of `~` it is said that nobody shall see it; a delegate is read through its root.
      if ((written && exportTo.includes('~')) || !Array.isArray(service.spec['hosts'])) return [];
      const names = Array.isArray(service.spec['gateways']) ? service.spec['gateways'].map(String) : [];
      const hidden = names.flatMap((it, index) => {
        if (it === 'mesh') return [];
        const gateway = resolveGatewayName(it, namespace);
        const pods = serving.get(gateway) ?? [];
        const namespaces = [...new Set(pods.map((proxy) => proxy.namespace))];
        const seen = namespaces.some((of) =>
          mesh.registry
            .virtualServicesForGateway(of, gateway)
            .some((found) => found.namespace === namespace && found.name === name),
        );
        return namespaces.length === 0 || seen ? [] : [{ index, gateway, namespaces, pods }];
      });
      const [first] = hidden;
      if (!first) return [];
      const where = [...new Set(hidden.flatMap(({ namespaces }) => namespaces))].join(' and ');
      return [
        findingOf(mesh, {
          code: codes.hiddenFromGateway,
          kind: 'unresolved',
          severity: 'error',
          at: written ? at(service, 'spec', 'exportTo') : at(service, 'spec', 'gateways', first.index),
          proxies: hidden.flatMap(({ pods }) => pods).filter((proxy) => mesh.proxies.includes(proxy)),
          message: `is bound to Gateway ${hidden.map(({ gateway }) => gateway).join(' and ')}, whose pods are in namespace ${where}, and is not exported there`,
          effect:
            holdersOf(mesh, service.metadata).size === 0
              ? 'the VirtualService is in no proxy; requests for its hosts get 404 NR at the gateway.'
              : 'no gateway has its routes there; requests for its hosts get 404 NR.',
          fix: `export it to ${where}, too.`,
        }),
      ];
    });
  },
};

/** The pods that serve each Gateway. */
function podsByGateway({ registry }: CompiledMesh): Map<string, Proxy[]> {
  const found = new Map<string, Proxy[]>();
  for (const proxy of registry.proxies) {
    if (proxy.type !== 'router') continue;
    const servers = mergedGateway(proxy, registry)?.ports.flatMap((port) => port.servers) ?? [];
    for (const name of new Set(servers.map(({ gatewayName }) => gatewayName)))
      found.set(name, [...(found.get(name) ?? []), proxy]);
  }
  return found;
}
