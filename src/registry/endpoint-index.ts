import type { ClusterEndpoints } from './cluster-endpoints.ts';
import type { EndpointContext } from './endpoint-context.ts';
import { type NumberedEndpoint, serviceEntryEndpoints } from './service-entry-endpoints.ts';
import type { Endpoint, Service, ServicePort } from './types.ts';
import type { WorkloadInstance } from './workload-instance.ts';

export interface EndpointIndexContext extends EndpointContext {
  /** See serviceEntryEndpoints. */
  namedInlineEndpoints: boolean;
  /** All services of a host name, in istiod's order. */
  servicesOf(hostname: string): readonly Service[];
  /** Endpoints of Kubernetes Services, of each cluster that istiod reads. */
  clusters: readonly ClusterEndpoints[];
}

/** What one host name of one namespace has: endpoints found by port name, and those of ServiceEntries. */
interface Shards {
  kubernetes: Endpoint[];
  external: NumberedEndpoint[];
}

/**
 * Endpoints by service (istiod's EndpointIndex). All services of one host name in one namespace share their endpoints,
 * those of all clusters. Each is built when it is first asked for.
 */
export class EndpointIndex {
  readonly #context: EndpointIndexContext;
  readonly #shards = new Map<string, Shards>();
  readonly #workloads: Map<string, WorkloadInstance[]>;

  /** @param workloads of the mesh */
  constructor(context: EndpointIndexContext, workloads: readonly WorkloadInstance[]) {
    this.#context = context;
    this.#workloads = Map.groupBy(workloads, ({ namespace }) => namespace);
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
        for (const cluster of this.#context.clusters) shards.kubernetes.push(...cluster.of(item.hostname));
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
}
