import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { hostsOverlap } from '../registry/hostname.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * Names in `exportTo` and in a Sidecar's egress hosts that are nobody's. Notes, as they do nothing; a warning
 * where a service hides behind a name that is only misspelt.
 */
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
      const meant = meantBy(mesh, namespace, name);
      return [
        findingOf(mesh, {
          code: codes.egressForNobody,
          kind: 'scope',
          severity: meant && mesh.registry.unseenClusters.length === 0 ? 'warning' : 'info',
          at: at(sidecar, 'spec', 'egress', index, 'hosts', position),
          proxies: meant ? heldFor(mesh, sidecar) : [],
          message: `imports ${String(host)}, and ${exists ? `no service${namespace === '*' ? '' : ` of namespace ${namespace}`} has that name` : `namespace ${namespace} does not exist`}`,
          effect: meant
            ? `${meant} is not seen by these workloads, unless another item imports it.`
            : 'none: it adds nothing to what the workloads see.',
          fix: meant
            ? `write ${meant}.`
            : "write namespace/host with the service's own namespace and full name, or remove it.",
        }),
      ];
    }),
  );
}

/** The service that was probably meant: of the short name in the namespace, or of the full one in another. */
function meantBy({ registry }: CompiledMesh, namespace: string, name: string): string | undefined {
  const found =
    registry.services.find(
      (service) => service.name === name && (namespace === '*' || service.namespace === namespace),
    ) ?? registry.services.find(({ hostname }) => hostname === name);
  return found && `${found.namespace}/${found.hostname}`;
}

/** The workloads that the Sidecar selects. */
function heldFor({ proxies }: CompiledMesh, { metadata, spec }: Resource): Proxy[] {
  const selector = isObject(spec['workloadSelector']) ? spec['workloadSelector'] : {};
  const labels = isObject(selector['labels']) ? (selector['labels'] as Record<string, string>) : {};
  return proxies.filter(
    (proxy) =>
      proxy.type === 'sidecar' && proxy.namespace === metadata.namespace && matchesLabels(labels, proxy.labels),
  );
}
