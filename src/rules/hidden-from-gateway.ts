import { mergedGateway } from '../compile/gateway/merged-gateway.ts';
import { codes } from '../model/codes.ts';
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
    const serving = namespacesByGateway(mesh);
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
        const namespaces = [...(serving.get(gateway) ?? [])];
        const seen = namespaces.some((of) =>
          mesh.registry
            .virtualServicesForGateway(of, gateway)
            .some((found) => found.namespace === namespace && found.name === name),
        );
        return namespaces.length === 0 || seen ? [] : [{ index, gateway, namespaces }];
      });
      const [first] = hidden;
      if (!first) return [];
      const pods = [...new Set(hidden.flatMap(({ namespaces }) => namespaces))].join(' and ');
      return [
        findingOf(mesh, {
          code: codes.hiddenFromGateway,
          kind: 'unresolved',
          severity: 'error',
          at: written ? at(service, 'spec', 'exportTo') : at(service, 'spec', 'gateways', first.index),
          proxies: [],
          message: `is bound to Gateway ${hidden.map(({ gateway }) => gateway).join(' and ')}, whose pods are in namespace ${pods}, and is not exported there`,
          effect:
            holdersOf(mesh, service.metadata).size === 0
              ? 'the VirtualService is in no proxy; requests for its hosts get 404 NR at the gateway.'
              : 'no gateway has its routes there; requests for its hosts get 404 NR.',
          fix: `export it to ${pods}, too.`,
        }),
      ];
    });
  },
};

/** The namespaces of the pods that serve each Gateway. */
function namespacesByGateway({ registry }: CompiledMesh): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const proxy of registry.proxies) {
    if (proxy.type !== 'router') continue;
    for (const { servers } of mergedGateway(proxy, registry)?.ports ?? [])
      for (const { gatewayName } of servers)
        found.set(gatewayName, (found.get(gatewayName) ?? new Set()).add(proxy.namespace));
  }
  return found;
}
