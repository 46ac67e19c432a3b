import type { Resource } from '../model/resource.ts';
import type { EndpointContext } from './endpoint-context.ts';
import { sliceEndpoints } from './endpoint-slice.ts';
import { type NumberedEndpoint, serviceEntryEndpoints } from './service-entry-endpoints.ts';
import type { Endpoint, IstiodEnvironment, Service, ServicePort } from './types.ts';
import type { WorkloadInstance } from './workload-instance.ts';
import { matchesLabels } from './workload-labels.ts';

export interface EndpointIndexContext extends EndpointContext {
  environment: IstiodEnvironment;
  /** See serviceEntryEndpoints. */
  namedInlineEndpoints: boolean;
  /** All services of a host name, in istiod's order. */
  servicesOf(hostname: string): readonly Service[];
}

/** What one host name of one namespace has: endpoints found by port name, and those of ServiceEntries. */
interface Shards {
  kubernetes: Endpoint[];
  external: NumberedEndpoint[];
}

/**
 * Endpoints by service (istiod's EndpointIndex). All services of one host name in one namespace share their endpoints.
 * Each is built when it is first asked for.
 */
export class EndpointIndex {
  readonly #context: EndpointIndexContext;
  readonly #shards = new Map<string, Shards>();
  readonly #slices = new Map<string, Resource[]>();
  readonly #workloads = new Map<string, WorkloadInstance[]>();

  /** @param workloads of the mesh */
  constructor(context: EndpointIndexContext, workloads: readonly WorkloadInstance[]) {
    this.#context = context;
    for (const workload of workloads) {
      const list = this.#workloads.get(workload.namespace);
      if (list) list.push(workload);
      else this.#workloads.set(workload.namespace, [workload]);
    }
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

  /**
   * Endpoints of a service port, unfiltered. Where Envoy resolves names itself (DNS), ServiceEntries' endpoints belong
   * to the port by its number, else by its name, as istiod keeps it (EndpointShards.CopyEndpoints).
   */
  endpoints(service: Service, port: ServicePort): Endpoint[] {
    const shards = this.#of(service);
    const dns = service.resolution === 'DNSLB' || service.resolution === 'DNSRoundRobinLB';
    return [
      ...shards.kubernetes.filter((endpoint) => endpoint.servicePortName === port.name),
      ...shards.external.filter((endpoint) =>
        dns ? endpoint.servicePort === port.port : endpoint.servicePortName === port.name,
      ),
    ];
  }

  /** Endpoints that a service of a ServiceEntry brings itself. */
  own(service: Service): NumberedEndpoint[] {
    const { namedInlineEndpoints } = this.#context;
    return serviceEntryEndpoints(service, this.workloads(service.namespace), namedInlineEndpoints, this.#context);
  }

  /** Workloads of a namespace that services may select. */
  workloads(namespace: string): WorkloadInstance[] {
    return this.#workloads.get(namespace) ?? [];
  }

  #of(service: Service): Shards {
    const key = `${service.namespace}/${service.hostname}`;
    let shards = this.#shards.get(key);
    if (!shards) {
      shards = this.#build(service);
      this.#shards.set(key, shards);
    }
    return shards;
  }

  #build(service: Service): Shards {
    const own = this.#context.servicesOf(service.hostname).filter((item) => item.namespace === service.namespace);
    const shards: Shards = { kubernetes: [], external: [] };
    const ports = new Set<number>();
    // A ServiceEntry makes a service for each address of a host, and each brings all of the endpoints.
    for (const item of own) {
      if (item.registry === 'Kubernetes') {
        shards.kubernetes.push(...this.#ofKubernetesService(item));
        continue;
      }
      for (const endpoint of this.own(item)) {
        // Round robin takes one name for a port: that of the oldest ServiceEntry.
        if (item.resolution === 'DNSRoundRobinLB' && ports.has(endpoint.servicePort)) continue;
        shards.external.push(endpoint);
        ports.add(endpoint.servicePort);
      }
    }
    return shards;
  }

  #ofKubernetesService(service: Service): Endpoint[] {
    const { environment } = this.#context;
    const slices = this.#slices.get(`${service.namespace}/${service.name}`) ?? [];
    const endpoints = sliceEndpoints(slices, service, environment, this.#context);
    const selects = Object.keys(service.selector).length > 0 && service.resolution === 'ClientSideLB';
    if (!selects || !environment.flag('PILOT_ENABLE_K8S_SELECT_WORKLOAD_ENTRIES', true)) return endpoints;
    for (const workload of this.workloads(service.namespace)) {
      if (workload.kind !== 'WorkloadEntry' || workload.dnsOnly) continue;
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
