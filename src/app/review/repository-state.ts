import type { ClusterState, ProxySource } from '../../model/cluster-state.ts';
import { isObject, type JsonObject, objects } from '../../model/json.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { toResource } from '../../source/object.ts';
import { judgedKind } from '../drift/judged-kinds.ts';

const workloadKinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);
const created = '2000-01-01T00:00:00Z';

/**
 * A cluster made up of what a repository holds, for reviews without one: each Service gets an address and, for each
 * workload that it selects (or for itself, where the repository holds none), one running pod with a sidecar; each
 * Gateway's selector a gateway's pod.
 *
 * @param resources objects of both sides; of one object the later counts
 */
export function repositoryState(resources: readonly Resource[]): ClusterState {
  const all = [...new Map(resources.map((resource) => [resourceKey(resource), resource])).values()];
  const services = all.filter(({ group, kind }) => group === '' && kind === 'Service');
  const workloads = all.filter(({ kind }) => workloadKinds.has(kind));
  const made = new Pods();
  const addressed = services.map((service, index) => withAddress(service, index));
  // Of both sides: a subset that the change removes has its pods still.
  const rules = resources.filter(({ kind }) => kind === 'DestinationRule');
  const slices = addressed.map((service) => sliceOf(service, podsOf(service, workloads, rules, made)));
  for (const gateway of all.filter(({ group, kind }) => group === 'networking.istio.io' && kind === 'Gateway')) {
    const labels = strings(gateway.spec['selector']);
    if (Object.keys(labels).length > 0) made.gateway(gateway.metadata.namespace, labels);
  }
  const others = all.filter((it) => !services.includes(it) && !judgedKind(it));
  const pods = made.all();
  return {
    origin: 'the repository itself',
    takenAt: '',
    resources: [...others, ...addressed, ...slices.filter((it) => it !== undefined), ...pods],
    istiods: [],
    proxies: pods.map(sourceOf).sort((a, b) => (a.id < b.id ? -1 : 1)),
    skipped: [],
  };
}

/** Pods that are made up, each once. */
class Pods {
  readonly #pods = new Map<string, Resource>();

  sidecar(namespace: string, name: string, labels: Record<string, string>, template: JsonObject = {}): Resource {
    return this.#add(namespace, name, labels, template, 'sidecar');
  }

  gateway(namespace: string, labels: Record<string, string>): void {
    const known = this.all().some((pod) =>
      Object.entries(labels).every(([key, value]) => pod.metadata.labels[key] === value),
    );
    if (!known) this.#add(namespace, `gateway-${Object.values(labels).join('-')}`, labels, {}, 'router');
  }

  all(): Resource[] {
    return [...this.#pods.values()];
  }

  #add(namespace: string, name: string, labels: Record<string, string>, template: JsonObject, type: string): Resource {
    const key = `${namespace}/${name}`;
    const known = this.#pods.get(key);
    if (known) return known;
    const index = this.#pods.size + 1;
    const podIP = `10.244.${index >> 8}.${index & 255}`;
    const containers = [
      ...objects(template['containers']),
      { name: 'istio-proxy', image: 'proxyv2', args: ['proxy', type] },
    ];
    const pod = toResource(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace,
          labels: { ...labels, 'security.istio.io/tlsMode': 'istio' },
          creationTimestamp: created,
        },
        spec: { serviceAccountName: 'default', ...template, containers },
        status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: [{ type: 'Ready', status: 'True' }] },
      },
      'api',
    );
    this.#pods.set(key, pod);
    return pod;
  }
}

function podsOf(service: Resource, workloads: readonly Resource[], rules: readonly Resource[], made: Pods): Resource[] {
  const { namespace, name } = service.metadata;
  const selector = strings(service.spec['selector']);
  if (Object.keys(selector).length === 0) return [];
  const found = workloads.flatMap((workload) => {
    const template = isObject(workload.spec['template']) ? workload.spec['template'] : {};
    const metadata = isObject(template['metadata']) ? template['metadata'] : {};
    const labels = strings(metadata['labels']);
    const selected = Object.entries(selector).every(([key, value]) => labels[key] === value);
    if (workload.metadata.namespace !== namespace || !selected) return [];
    return [
      made.sidecar(
        namespace,
        workload.metadata.name,
        labels,
        (isObject(template['spec']) ? template['spec'] : {}) as JsonObject,
      ),
    ];
  });
  if (found.length > 0) return found;
  // Nothing is known of the workloads: each subset is taken to have one.
  const subsets = rules
    .filter((rule) => isFor(rule, service))
    .flatMap((rule) => objects(rule.spec['subsets']))
    .map((subset) =>
      made.sidecar(namespace, `${name}-${subset['name']}`, { ...selector, ...strings(subset['labels']) }),
    );
  return subsets.length > 0 ? subsets : [made.sidecar(namespace, name, selector)];
}

function isFor(rule: Resource, service: Resource): boolean {
  const { namespace, name } = service.metadata;
  const host = String(rule.spec['host'] ?? '');
  return host === name ? rule.metadata.namespace === namespace : host.startsWith(`${name}.${namespace}`);
}

function withAddress(service: Resource, index: number): Resource {
  if (service.spec['clusterIP'] !== undefined || service.spec['type'] === 'ExternalName') return service;
  const clusterIP = `10.96.${(index + 1) >> 8}.${(index + 1) & 255}`;
  const metadata = { ...(service.object['metadata'] as JsonObject), creationTimestamp: created };
  // What the API server fills in.
  const ports = objects(service.spec['ports']).map((port) => ({
    protocol: 'TCP',
    targetPort: port['port'] ?? 0,
    ...port,
  }));
  const spec = { ...service.spec, ports, clusterIP, clusterIPs: [clusterIP] };
  return { ...toResource({ ...service.object, metadata, spec }, 'git'), locate: service.locate };
}

function sliceOf(service: Resource, pods: readonly Resource[]): Resource | undefined {
  if (pods.length === 0) return undefined;
  const { namespace, name } = service.metadata;
  const ports = objects(service.spec['ports']).map((port) => {
    const target = port['targetPort'];
    return {
      name: port['name'] ?? '',
      protocol: port['protocol'] ?? 'TCP',
      port: typeof target === 'number' ? target : (port['port'] ?? 0),
    };
  });
  const endpoints = pods.map((pod) => ({
    addresses: [String((pod.object['status'] as JsonObject)['podIP'])],
    conditions: { ready: true },
    targetRef: { kind: 'Pod', name: pod.metadata.name, namespace },
  }));
  return toResource(
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-made`, namespace, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports,
      endpoints,
    },
    'api',
  );
}

function sourceOf({ metadata: { namespace, name } }: Resource): ProxySource {
  const message = `${namespace}/${name} is made up of the repository's objects and has no config_dump`;
  return {
    id: `${namespace}/${name}`,
    namespace,
    podName: name,
    read: async () => ({ code: 'not-found', message, advice: 'use a cluster or a capture.' }),
  };
}

function strings(value: unknown): Record<string, string> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)])) : {};
}
