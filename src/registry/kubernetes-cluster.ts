import type { Resource } from '../model/resource.ts';
import { ClusterEndpoints } from './cluster-endpoints.ts';
import type { EndpointContext } from './endpoint-context.ts';
import { kubernetesService, type ServiceContext } from './kubernetes-service.ts';
import { compareText } from './order.ts';
import { PodIndex } from './pod-index.ts';
import type { ResourceIndex } from './resources.ts';
import type { IstiodEnvironment, Service } from './types.ts';
import { type WorkloadInstance, workloadInstances } from './workload-instance.ts';

/** One cluster as istiod's controller of it sees it (serviceregistry/kube/controller). */
export interface KubernetesCluster extends Omit<EndpointContext, 'trustDomain'> {
  /** Its own Services, as no other cluster knows them. */
  services: Service[];
  workloads: WorkloadInstance[];
  endpoints: ClusterEndpoints;
  /** All of its pods: a proxy may run where istiod discovers nothing else. */
  allPods: readonly Resource[];
  namespace(name: string): Resource | undefined;
}

/** What a cluster is read from. */
export interface ClusterInput extends Omit<EndpointContext, 'pods'>, Omit<ServiceContext, 'namespace'> {
  /** The objects before namespaces were left out. */
  everything: ResourceIndex;
  environment: IstiodEnvironment;
}

export function kubernetesCluster({ everything, environment, ...input }: ClusterInput): KubernetesCluster {
  const { resources, clusterId, networkOf, istiodStart } = input;
  const namespace = (name: string): Resource | undefined => everything.get('', 'Namespace', '', name);
  const context: EndpointContext = { ...input, pods: new PodIndex(resources) };
  const services = resources.list('Service').map((item) => kubernetesService(item, { ...input, namespace }));
  const workloads = workloadInstances(context);
  return {
    clusterId,
    resources,
    networkOf,
    istiodStart,
    pods: context.pods,
    services,
    workloads,
    endpoints: new ClusterEndpoints(context, environment, services, workloads),
    allPods: everything.list('Pod'),
    namespace,
  };
}

/**
 * The Services of all clusters, one for each host name (aggregate Controller.Services): what the first cluster says
 * holds; each cluster's proxies see the addresses of their own, and the first address of the first where theirs has none
 * (Service.GetAddressForProxy).
 *
 * @param clusters that of istiod's configuration first
 * @param home the cluster of the proxies that will ask
 */
export function mergedServices(clusters: readonly KubernetesCluster[], home: string): Service[] {
  const [first, ...others] = clusters;
  if (!first || others.length === 0) return first?.services ?? [];
  const byHostname = new Map<string, { service: Service; own?: string[] }>();
  for (const { clusterId, services } of clusters) {
    for (const service of services) {
      const own = clusterId === home ? { own: service.addresses } : {};
      const known = byHostname.get(service.hostname);
      if (!known) byHostname.set(service.hostname, { service, ...own });
      else {
        const names = [...new Set([...known.service.subjectAltNames, ...service.subjectAltNames])].sort(compareText);
        byHostname.set(service.hostname, { ...known, ...own, service: { ...known.service, subjectAltNames: names } });
      }
    }
  }
  return [...byHostname.values()].map(({ service, own }) => ({
    ...service,
    addresses: own ?? service.addresses.slice(0, 1),
  }));
}
