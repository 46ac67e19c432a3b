import type { Resource } from '../model/resource.ts';
import type { EndpointContext } from './endpoint-context.ts';
import { sliceEndpoints } from './endpoint-slice.ts';
import type { Endpoint, IstiodEnvironment, Service, ServicePort } from './types.ts';
import type { WorkloadInstance } from './workload-instance.ts';
import { matchesLabels } from './workload-labels.ts';

/** Endpoints of the Kubernetes Services of one cluster (kube Controller): its slices, and WorkloadEntries that they select. */
export class ClusterEndpoints {
  readonly #context: EndpointContext;
  readonly #environment: IstiodEnvironment;
  readonly #services: ReadonlyMap<string, Service>;
  readonly #slices = new Map<string, Resource[]>();
  readonly #entries: Map<string, WorkloadInstance[]>;

  /**
   * @param services of the cluster
   * @param workloads of the cluster
   */
  constructor(
    context: EndpointContext,
    environment: IstiodEnvironment,
    services: readonly Service[],
    workloads: readonly WorkloadInstance[],
  ) {
    this.#context = context;
    this.#environment = environment;
    this.#services = new Map(services.map((service) => [service.hostname, service]));
    const entries = workloads.filter(({ kind, dnsOnly }) => kind === 'WorkloadEntry' && !dnsOnly);
    this.#entries = Map.groupBy(entries, ({ namespace }) => namespace);
    for (const slice of context.resources.list('EndpointSlice')) {
      // Headless mirror slices of multi-cluster services and slices of no service have no such name.
      const name = slice.metadata.labels['kubernetes.io/service-name'];
      if (!name) continue;
      const key = `${slice.metadata.namespace}/${name}`;
      const list = this.#slices.get(key);
      if (list) list.push(slice);
      else this.#slices.set(key, [slice]);
    }
  }

  /** Endpoints of all ports of the Service with the host name; none where the cluster has no such Service. */
  of(hostname: string): Endpoint[] {
    const service = this.#services.get(hostname);
    if (!service) return [];
    const slices = this.#slices.get(`${service.namespace}/${service.name}`) ?? [];
    const endpoints = sliceEndpoints(slices, service, this.#environment, this.#context);
    const selects = Object.keys(service.selector).length > 0 && service.resolution === 'ClientSideLB';
    if (!selects || !this.#environment.flag('PILOT_ENABLE_K8S_SELECT_WORKLOAD_ENTRIES', true)) return endpoints;
    for (const workload of this.#entries.get(service.namespace) ?? []) {
      if (!matchesLabels(service.selector, workload.endpoint.labels)) continue;
      for (const port of service.ports) {
        const number = workloadPort(workload, port);
        if (number !== undefined) endpoints.push({ ...workload.endpoint, port: number, servicePortName: port.name });
      }
    }
    return endpoints;
  }
}

/**
 * Port of a WorkloadEntry behind a Kubernetes Service (serviceInstanceFromWorkloadInstance): a port of its own with the
 * name of the service port, else the number of the targetPort. A named targetPort must be among its own ports.
 */
export function workloadPort(workload: WorkloadInstance, port: ServicePort): number | undefined {
  if (typeof port.targetPort === 'string') return workload.ports[port.targetPort] || undefined;
  return (port.name !== '' && workload.ports[port.name]) || Number(port.targetPort) || port.port;
}
