import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { workloadPort } from './cluster-endpoints.ts';
import type { EndpointIndex } from './endpoint-index.ts';
import { compareText } from './order.ts';
import { containersOf, nativeSidecarsOf, portsOf } from './pod-spec.ts';
import type { Service, ServicePort, ServiceTarget } from './types.ts';
import type { WorkloadInstance } from './workload-instance.ts';
import { matchesLabels } from './workload-labels.ts';

/** Finds the services that run in a proxy's own pod (istiod's GetProxyServiceTargets of all registries). */
export class ServiceTargets {
  readonly #endpoints: EndpointIndex;
  readonly #byNamespace = new Map<string, Service[]>();
  readonly #externalByIp = new Map<string, Map<string, ServiceTarget[]>>();
  readonly #entriesByIp: ReadonlyMap<string, WorkloadInstance[]>;

  constructor(services: readonly Service[], entries: readonly WorkloadInstance[], endpoints: EndpointIndex) {
    this.#endpoints = endpoints;
    for (const service of services) push(this.#byNamespace, service.namespace, service);
    const byIp = new Map<string, WorkloadInstance[]>();
    for (const entry of entries)
      if (entry.kind === 'WorkloadEntry' && !entry.dnsOnly) push(byIp, entry.endpoint.address, entry);
    this.#entriesByIp = byIp;
  }

  /** In istiod's order (Proxy.SetServiceTargets): oldest service first, ties by hostname. */
  of(proxy: Proxy): ServiceTarget[] {
    const targets = [...this.#ofKubernetes(proxy), ...this.#ofServiceEntries(proxy)];
    return targets.sort(
      (a, b) =>
        compareText(a.service.creationTimestamp, b.service.creationTimestamp) ||
        compareText(a.service.hostname, b.service.hostname),
    );
  }

  #ofKubernetes(proxy: Proxy): ServiceTarget[] {
    const entry = this.#workloadEntry(proxy);
    const namespace = entry?.namespace ?? proxy.namespace;
    const services = (this.#byNamespace.get(namespace) ?? []).filter((service) => service.registry === 'Kubernetes');
    const selecting = (labels: Record<string, string>): Service[] =>
      services.filter((item) => Object.keys(item.selector).length > 0 && matchesLabels(item.selector, labels));
    if (entry) {
      return selecting(entry.endpoint.labels)
        .filter((service) => service.resolution === 'ClientSideLB')
        .flatMap((service) => targetsOfEntry(entry, service));
    }
    const own = selecting(proxy.pod.metadata.labels);
    if (own.length > 0) return own.flatMap((service) => targetsOfPod(proxy.pod, service));
    // Without a selector only EndpointSlices tell.
    return services.flatMap((service) =>
      service.ports.flatMap((port) =>
        this.#endpoints
          .endpoints(service, port)
          .filter((endpoint) => endpoint.address === proxy.ipAddresses[0])
          .map((endpoint) => ({ service, port, targetPort: endpoint.port })),
      ),
    );
  }

  /** A WorkloadEntry with the proxy's address stands for it: the one of its name, else of its namespace, else the first. */
  #workloadEntry(proxy: Proxy): WorkloadInstance | undefined {
    const entries = this.#entriesByIp.get(proxy.ipAddresses[0] ?? '') ?? [];
    const own = entries.filter((entry) => entry.namespace === proxy.namespace);
    return own.find((entry) => entry.name === proxy.podName) ?? own[0] ?? entries[0];
  }

  #ofServiceEntries(proxy: Proxy): ServiceTarget[] {
    let byIp = this.#externalByIp.get(proxy.namespace);
    if (!byIp) {
      byIp = this.#indexServiceEntries(proxy.namespace);
      this.#externalByIp.set(proxy.namespace, byIp);
    }
    return proxy.ipAddresses.flatMap((ip) => byIp.get(ip) ?? []);
  }

  #indexServiceEntries(namespace: string): Map<string, ServiceTarget[]> {
    const byIp = new Map<string, ServiceTarget[]>();
    for (const service of this.#byNamespace.get(namespace) ?? []) {
      if (service.registry !== 'External') continue;
      for (const endpoint of this.#endpoints.own(service)) {
        const port = service.ports.find((item) => item.port === endpoint.servicePort);
        if (port) push(byIp, endpoint.address, { service, port, targetPort: endpoint.port });
      }
    }
    return byIp;
  }
}

/** Ports of a service on a pod that it selects; of several with one target port and protocol the first counts. */
function targetsOfPod(pod: Resource, service: Service): ServiceTarget[] {
  const result = new Map<string, ServiceTarget>();
  for (const port of service.ports) {
    const targetPort = containerPort(pod, port);
    const key = `${targetPort}/${port.protocol}`;
    if (targetPort !== undefined && !result.has(key)) result.set(key, { service, port, targetPort });
  }
  return [...result.values()];
}

/** Number of the pod's port that a Service's port means (kube controller FindPort); undefined where no name fits. */
function containerPort(pod: Resource, port: ServicePort): number | undefined {
  if (typeof port.targetPort !== 'string') return port.targetPort || port.port;
  const transport = (port.config as { protocol?: string }).protocol ?? 'TCP';
  for (const container of [...containersOf(pod.spec), ...nativeSidecarsOf(pod.spec)])
    for (const item of portsOf(container))
      if (item.name === port.targetPort && (item.protocol ?? 'TCP') === transport) return item.containerPort;
  return undefined;
}

function targetsOfEntry(entry: WorkloadInstance, service: Service): ServiceTarget[] {
  return service.ports.flatMap((port) => {
    const targetPort = port.protocol === 'UDP' ? undefined : workloadPort(entry, port);
    return targetPort === undefined ? [] : [{ service, port, targetPort }];
  });
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
