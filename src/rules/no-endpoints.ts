import { parseClusterName } from '../compile/cluster/name.ts';
import { codes } from '../model/codes.ts';
import { isObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Service } from '../registry/types.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { clusterReferences } from './cluster-references.ts';
import { at, findingOf } from './finding.ts';
import { idleHosts } from './holders.ts';
import { runsElsewhere } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { unseen } from './unseen.ts';

/**
 * Hosts of ServiceEntries that routes lead to and that have no endpoint by what is written: STATIC without endpoints, or
 * a workloadSelector that no workload has the labels of. A name whose requests a VirtualService leads elsewhere needs none.
 */
export const noEndpoints: Rule = {
  name: 'no-endpoints',
  codes: [codes.noEndpoints],
  find(mesh) {
    const empty = new Map(
      mesh.registry.services.filter((service) => isEmpty(mesh, service)).map((service) => [service.hostname, service]),
    );
    if (empty.size === 0) return [];
    return [...clientsOf(mesh, empty)].map(([service, proxies]) => {
      const selector = service.resource.spec['workloadSelector'];
      const other = unseen(mesh.registry, 'has some');
      const selects = isObject(selector);
      return findingOf(mesh, {
        code: codes.noEndpoints,
        kind: 'unresolved',
        severity: selects && other.unsure ? 'info' : 'error',
        at: at(service.resource, 'spec', ...(selects ? ['workloadSelector', 'labels'] : ['resolution'])),
        proxies,
        message: selects
          ? `selects workloads that there are none of in namespace ${service.namespace}${other.words}`
          : `is STATIC and lists no endpoints for ${service.hostname}`,
        effect: `requests for ${service.hostname} get 503 UH: the cluster has no endpoint.`,
        fix: selects
          ? 'correct the workloadSelector, or write a WorkloadEntry with its labels.'
          : 'list endpoints, or write resolution: DNS.',
      });
    });
  },
};

function isEmpty({ registry }: CompiledMesh, service: Service): boolean {
  if (service.registry !== 'External' || service.resolution !== 'ClientSideLB') return false;
  if (service.ports.some((port) => registry.endpoints(service, port).length > 0)) return false;
  const selector = service.resource.spec['workloadSelector'];
  if (!isObject(selector)) return objects(service.resource.spec['endpoints']).length === 0;
  const labels = isObject(selector['labels']) ? (selector['labels'] as Record<string, string>) : {};
  // A pod that is not ready now is no mistake.
  const pods = registry.resources('Pod').filter(({ metadata }) => metadata.namespace === service.namespace);
  if (pods.some(({ metadata }) => matchesLabels(labels, metadata.labels))) return false;
  return Object.keys(labels).length > 0 && !runsElsewhere(registry, labels, service.namespace);
}

/** The empty services that routes or listeners of proxies lead to, with the proxies. */
function clientsOf(mesh: CompiledMesh, empty: ReadonlyMap<string, Service>): Map<Service, Set<Proxy>> {
  const found = new Map<Service, Set<Proxy>>();
  for (const proxy of mesh.proxies) {
    const config = mesh.config(proxy);
    const clusters = new Set(config.clusters.map(({ name }) => name));
    const idle = idleHosts(mesh, proxy);
    for (const { cluster, virtualHost, mirror } of clusterReferences(config)) {
      if (mirror || !clusters.has(cluster) || (virtualHost && idle.has(virtualHost))) continue;
      const service = empty.get(parseClusterName(cluster)?.hostname ?? '');
      if (service) found.set(service, (found.get(service) ?? new Set()).add(proxy));
    }
  }
  // Those who have its cluster are concerned as soon as a route leads there.
  for (const proxy of mesh.proxies)
    for (const { name } of mesh.config(proxy).clusters) {
      const service = empty.get(parseClusterName(name)?.hostname ?? '');
      if (service) found.get(service)?.add(proxy);
    }
  return found;
}
