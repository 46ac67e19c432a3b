import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { hostsOverlap } from '../registry/hostname.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/** Names in `exportTo` and in a Sidecar's egress hosts that are nobody's. Notes: they do nothing. */
export const namesNobody: Rule = {
  name: 'names-nobody',
  codes: [codes.unknownNamespace, codes.egressForNobody],
  find(mesh) {
    const namespaces = new Set(mesh.registry.resources('Namespace').map(({ metadata }) => metadata.name));
    const exporting = ['VirtualService', 'DestinationRule', 'ServiceEntry'].flatMap((kind) =>
      mesh.registry.resources(kind),
    );
    return [
      // Without the right to list namespaces nothing can be said of them.
      ...(namespaces.size > 0 ? exporting.flatMap((resource) => exportedToNobody(mesh, resource, namespaces)) : []),
      ...mesh.registry.resources('Sidecar').flatMap((sidecar) => egressForNobody(mesh, sidecar, namespaces)),
    ];
  },
};

function exportedToNobody(mesh: CompiledMesh, resource: Resource, namespaces: Set<string>): Finding[] {
  const exportTo = resource.spec['exportTo'];
  return (Array.isArray(exportTo) ? exportTo : []).flatMap((name, index) => {
    if (typeof name !== 'string' || ['.', '*', '~', ''].includes(name) || namespaces.has(name)) return [];
    return [
      findingOf(mesh, {
        code: codes.unknownNamespace,
        kind: 'scope',
        severity: 'info',
        at: at(resource, 'spec', 'exportTo', index),
        proxies: [],
        message: `is exported to namespace ${name}, which does not exist`,
        effect: 'none: nobody is there to see it.',
        fix: 'correct the name, or remove it.',
      }),
    ];
  });
}

function egressForNobody(mesh: CompiledMesh, sidecar: Resource, namespaces: Set<string>): Finding[] {
  return objects(sidecar.spec['egress']).flatMap((egress, index) =>
    (Array.isArray(egress['hosts']) ? egress['hosts'] : []).flatMap((host, position) => {
      const [scope = '', name = ''] = String(host).split('/');
      const namespace = scope === '.' ? sidecar.metadata.namespace : scope;
      if (scope.startsWith('~') || name === '' || name === '*') return [];
      const fits = mesh.registry.services.some(
        (service) => (namespace === '*' || service.namespace === namespace) && hostsOverlap(name, service.hostname),
      );
      if (fits) return [];
      const exists = namespace === '*' || namespaces.has(namespace);
      return [
        findingOf(mesh, {
          code: codes.egressForNobody,
          kind: 'scope',
          severity: 'info',
          at: at(sidecar, 'spec', 'egress', index, 'hosts', position),
          proxies: [],
          message: `imports ${String(host)}, and ${exists ? `no service${namespace === '*' ? '' : ` of namespace ${namespace}`} has that name` : `namespace ${namespace} does not exist`}`,
          effect: 'none: it adds nothing to what the workloads see.',
          fix: "write namespace/host with the service's own namespace and full name, or remove it.",
        }),
      ];
    }),
  );
}
