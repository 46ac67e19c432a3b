import { isObject, type JsonObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { type EndpointContext, podFacts } from './endpoint-context.ts';
import { isIpAddress } from './hostname.ts';
import { spiffe } from './kubernetes-service.ts';
import { localityLabel, parseLocality } from './locality.ts';
import { compareText } from './order.ts';
import { isPresent, isReady, podIps } from './pod-index.ts';
import { containersOf, nativeSidecarsOf, portsOf } from './pod-spec.ts';
import type { Endpoint } from './types.ts';
import { augmentLabels } from './workload-labels.ts';

/** A workload that services may select: a pod or a WorkloadEntry (model.WorkloadInstance), its endpoint still without port. */
export interface WorkloadInstance {
  kind: 'Pod' | 'WorkloadEntry';
  name: string;
  namespace: string;
  endpoint: Endpoint;
  /** Ports of the workload by port name. */
  ports: Record<string, number>;
  /** Its address is a host name or a socket: only a ServiceEntry resolved by DNS can use it. */
  dnsOnly: boolean;
}

const healthAnnotation = 'proxy.istio.io/health-checks-enabled';

/** Ready pods and healthy WorkloadEntries of the mesh, pods first, each by namespace and name. */
export function workloadInstances(context: EndpointContext): WorkloadInstance[] {
  const pods = context.resources.list('Pod').filter((pod) => isPresent(pod) && isReady(pod) && podIps(pod).length > 0);
  const entries = context.resources.list('WorkloadEntry').filter(isHealthy);
  const byName = (a: Resource, b: Resource): number =>
    compareText(a.metadata.namespace, b.metadata.namespace) || compareText(a.metadata.name, b.metadata.name);
  return [
    ...[...pods].sort(byName).map((pod) => podInstance(pod, context)),
    ...[...entries].sort(byName).map((entry) => entryInstance(entry, context)),
  ];
}

function podInstance(pod: Resource, context: EndpointContext): WorkloadInstance {
  const ips = podIps(pod);
  const ip = ips[0] ?? '';
  const facts = podFacts(pod, ip, context);
  const ports: Record<string, number> = {};
  for (const container of [...containersOf(pod.spec), ...nativeSidecarsOf(pod.spec)])
    for (const port of portsOf(container))
      if (port.name && (port.protocol ?? 'TCP') === 'TCP') ports[port.name] ??= port.containerPort;
  const endpoint: Endpoint = {
    ...facts,
    address: ip,
    port: 0,
    servicePortName: '',
    network: facts.labels['topology.istio.io/network'] ?? '',
    clusterId: context.clusterId,
    weight: 0,
    health: 'HEALTHY',
    source: pod,
  };
  return { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace, endpoint, ports, dnsOnly: false };
}

function entryInstance(entry: Resource, context: EndpointContext): WorkloadInstance {
  const { name, namespace } = entry.metadata;
  const specLabels = isObject(entry.spec['labels']) ? (entry.spec['labels'] as Record<string, string>) : {};
  const labels = { ...specLabels, ...entry.metadata.labels };
  return workloadEntryInstance(
    entry.spec,
    { name, namespace, workloadName: workloadNameOf(entry), identityNamespace: namespace, labels, source: entry },
    context,
  );
}

export interface EntryIdentity {
  name: string;
  namespace: string;
  workloadName: string;
  /** Namespace of the service account's identity. */
  identityNamespace: string;
  labels: Record<string, string>;
  source: object;
}

/** A `WorkloadEntry` message, of its own resource or inline in a ServiceEntry (convertWorkloadEntryToWorkloadInstance). */
export function workloadEntryInstance(
  spec: JsonObject,
  identity: EntryIdentity,
  context: EndpointContext,
): WorkloadInstance {
  const text = (key: string): string => (typeof spec[key] === 'string' ? spec[key] : '');
  const address = text('address');
  const { labels } = identity;
  const socket = address.startsWith('unix://');
  const ownNetwork = text('network');
  const locality = parseLocality(text('locality') || localityLabel(labels));
  const account = text('serviceAccount');
  const network = ownNetwork || context.networkOf(address, labels);
  return {
    kind: 'WorkloadEntry',
    name: identity.name,
    namespace: identity.namespace,
    ports: isObject(spec['ports']) ? (spec['ports'] as Record<string, number>) : {},
    dnsOnly: socket || (address !== '' && !isIpAddress(address)),
    endpoint: {
      address,
      ...(socket ? { pipe: address.slice('unix://'.length) } : {}),
      port: 0,
      servicePortName: '',
      labels: augmentLabels(labels, context.clusterId, locality, '', network),
      namespace: identity.namespace,
      workloadName: identity.workloadName,
      serviceAccount: account === '' ? '' : spiffe(context.trustDomain, identity.identityNamespace, account),
      network: ownNetwork,
      locality,
      clusterId: context.clusterId,
      weight: typeof spec['weight'] === 'number' ? spec['weight'] : 0,
      tlsMode: labels['security.istio.io/tlsMode'] ?? (account === '' ? 'disabled' : 'istio'),
      health: 'UNKNOWN',
      hostname: '',
      subdomain: '',
      nodeName: '',
      source: identity.source,
    },
  };
}

/** Labels and annotations that name the workload, as of auto-registration (labels.WorkloadNameFromWorkloadEntry). */
function workloadNameOf(entry: Resource): string {
  const { annotations, labels, name } = entry.metadata;
  return annotations['istio.io/autoRegistrationGroup'] || labels['service.istio.io/workload-name'] || name;
}

/** A WorkloadEntry whose health is checked counts only while its condition says Healthy (serviceentry.isHealthy). */
function isHealthy(entry: Resource): boolean {
  if (!/^(1|t|T|TRUE|true|True)$/.test(entry.metadata.annotations[healthAnnotation] ?? '')) return true;
  const status = entry.object['status'];
  const conditions = isObject(status) ? status['conditions'] : undefined;
  if (!Array.isArray(conditions)) return false;
  return conditions.some((item) => isObject(item) && item['type'] === 'Healthy' && item['status'] === 'True');
}
