import { madeUpAt } from '../../model/age.ts';
import type { ClusterState, ProxySource } from '../../model/cluster-state.ts';
import { isObject, type JsonObject, objects } from '../../model/json.ts';
import { type Resource, resourceKey, resourceName } from '../../model/resource.ts';
import { matchesLabels } from '../../registry/workload-labels.ts';
import { toResource } from '../../source/object.ts';
import { judgedKind } from '../drift/judged-kinds.ts';
import { assumedObjects } from './assumed.ts';
import { Pods } from './pods.ts';

const workloadKinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout']);
const inject = 'sidecar.istio.io/inject';

/**
 * A cluster made up of what a repository holds, for runs without one: each Service gets an address and, for each
 * workload that it selects (or for itself, where the repository holds none), one running pod with a sidecar, unless the
 * workload declines it; each Gateway's selector a gateway's pod. What is named and not held is taken to exist.
 *
 * @param resources objects of both sides; of one object the later counts
 */
export function repositoryState(resources: readonly Resource[]): ClusterState {
  const held = [...new Map(resources.map((resource) => [resourceKey(resource), resource])).values()];
  const assumed = assumedObjects(resources);
  const all = [...held, ...assumed];
  const services = all.filter(({ group, kind }) => group === '' && kind === 'Service');
  const workloads = all.filter(({ kind }) => workloadKinds.has(kind));
  const addressed = services.map((service, index) => withAddress(service, index));
  // Of both sides: a subset that the change removes has its pods still.
  const rules = [...resources, ...assumed].filter(({ kind }) => kind === 'DestinationRule');
  const gateways = all
    .filter(({ group, kind }) => group === 'networking.istio.io' && kind === 'Gateway')
    .map(({ metadata: { namespace }, spec }) => ({ namespace, labels: strings(spec['selector']) }))
    .filter(({ labels }) => Object.keys(labels).length > 0);
  const made = new Pods(gateways.map(({ labels }) => labels));
  const slices = addressed.map((service) => sliceOf(service, podsOf(service, workloads, rules, made)));
  for (const { namespace, labels } of gateways) made.gateway(namespace, labels);
  const others = all.filter((it) => !services.includes(it) && (!judgedKind(it) || assumed.includes(it)));
  const pods = made.all();
  return {
    origin: 'the repository itself',
    takenAt: '',
    resources: [...others, ...addressed, ...slices.filter((it) => it !== undefined), ...pods],
    istiods: [],
    proxies: examined(made, held, assumed)
      .map(sourceOf)
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    skipped: [],
    assumed: assumed.map(resourceName),
  };
}

/**
 * The pods whose config is looked at: those of what the repository holds. Where it holds config alone, pods of Services
 * that it names stand for clients, in the namespaces of its objects.
 */
function examined(made: Pods, held: readonly Resource[], assumed: readonly Resource[]): Resource[] {
  const services = assumed.filter(({ kind }) => kind === 'Service');
  const ofAssumed = (pod: Resource): boolean =>
    services.some(({ spec, metadata }) => {
      const selector = strings(spec['selector']);
      return metadata.namespace === pod.metadata.namespace && matchesLabels(selector, pod.metadata.labels);
    });
  const [gateways, sidecars] = [made.ofType('router'), made.ofType('sidecar')];
  const own = sidecars.filter((pod) => !ofAssumed(pod));
  if (own.length > 0) return [...gateways, ...own];
  const namespaces = new Set(held.map(({ metadata }) => metadata.namespace));
  return [...gateways, ...sidecars.filter((pod) => namespaces.has(pod.metadata.namespace))];
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
    const spec = (isObject(template['spec']) ? template['spec'] : {}) as JsonObject;
    const declined = [labels, strings(metadata['annotations'])].some((it) => it[inject] === 'false');
    return [made.workload(namespace, workload.metadata.name, labels, spec, declined)];
  });
  if (found.length > 0) return found;
  // Nothing is known of the workloads: each subset is taken to have one.
  const subsets = rules
    .filter((rule) => isFor(rule, service))
    .flatMap((rule) => objects(rule.spec['subsets']))
    .filter((subset) => typeof subset['name'] === 'string' && subset['name'] !== '')
    .map((subset) =>
      made.workload(namespace, `${name}-${subset['name']}`, { ...selector, ...strings(subset['labels']) }),
    );
  return subsets.length > 0 ? subsets : [made.workload(namespace, name, selector)];
}

function isFor(rule: Resource, service: Resource): boolean {
  const { namespace, name } = service.metadata;
  const { host } = rule.spec;
  if (typeof host !== 'string') return false;
  return host === name ? rule.metadata.namespace === namespace : host.startsWith(`${name}.${namespace}`);
}

function withAddress(service: Resource, index: number): Resource {
  if (service.spec['clusterIP'] !== undefined || service.spec['type'] === 'ExternalName') return service;
  const clusterIP = `10.96.${(index + 1) >> 8}.${(index + 1) & 255}`;
  const metadata = { ...(service.object['metadata'] as JsonObject), creationTimestamp: madeUpAt };
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
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
