import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, objects } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { containersOf, nativeSidecarsOf } from '../registry/pod-spec.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * Ports of Services whose `targetPort` is a name that no container of the selected pods has: Kubernetes makes no endpoint
 * for them. Numbers need not be declared.
 */
export const targetPort: Rule = {
  name: 'target-port',
  codes: [codes.targetPort],
  find: (mesh) => mesh.registry.resources('Service').flatMap((service) => ofService(mesh, service)),
};

function ofService(mesh: CompiledMesh, service: Resource): Finding[] {
  const selector = isObject(service.spec['selector']) ? (service.spec['selector'] as Record<string, string>) : {};
  if (Object.keys(selector).length === 0 || service.spec['type'] === 'ExternalName') return [];
  const { namespace } = service.metadata;
  const named = objects(service.spec['ports']).flatMap((port, index) =>
    typeof port['targetPort'] === 'string' && !/^\d+$/.test(port['targetPort']) ? [{ port, index }] : [],
  );
  if (named.length === 0) return [];
  const pods = mesh.registry
    .resources('Pod')
    .filter(({ metadata }) => metadata.namespace === namespace && matchesLabels(selector, metadata.labels))
    // Of a pod that is made up without a workload no container is known.
    .filter(({ spec }) =>
      containersOf(spec).some(({ name }) => name !== 'istio-proxy' || objects(spec['containers']).length === 1),
    );
  if (pods.length === 0) return [];
  return named.flatMap(({ port, index }) => {
    const wanted = String(port['targetPort']);
    const protocol = String(port['protocol'] ?? 'TCP');
    const names = new Set(pods.flatMap((pod) => portNames(pod, protocol)));
    if (names.has(wanted)) return [];
    return [
      findingOf(mesh, {
        code: codes.targetPort,
        kind: 'unresolved',
        severity: 'error',
        at: at(service, 'spec', 'ports', index, 'targetPort'),
        proxies: [],
        message: `leads port ${String(port['port'])} to ${wanted}, which is the name of no ${protocol} port of its pods`,
        effect: `the port has no endpoints: requests for it get 503 (no healthy upstream).`,
        fix:
          names.size > 0
            ? `write ${[...names].sort().join(' or ')}.`
            : 'write the number of the port, or name it in the container.',
      }),
    ];
  });
}

function portNames({ spec }: Resource, protocol: string): string[] {
  return [...containersOf(spec), ...nativeSidecarsOf(spec)].flatMap((container) =>
    objects(container['ports']).flatMap((port) =>
      typeof port['name'] === 'string' && (port['protocol'] ?? 'TCP') === protocol ? [port['name']] : [],
    ),
  );
}
