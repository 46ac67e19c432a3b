import { isObject } from '../model/json.ts';
import type { Proxy, ProxyType } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { podLocality } from './locality.ts';
import type { NetworkOf } from './network.ts';
import { nodeMetadata } from './node-metadata.ts';
import { isFinished, podIps } from './pod-index.ts';
import { containersOf, findContainer, literalEnvironment, nativeSidecarsOf, portsOf } from './pod-spec.ts';
import type { ResourceIndex } from './resources.ts';
import type { MeshConfig } from './types.ts';
import { augmentLabels } from './workload-labels.ts';
import { workloadName } from './workload-name.ts';

export interface ProxyContext {
  /** All pods: a proxy may run where istiod discovers nothing else. */
  pods: readonly Resource[];
  resources: ResourceIndex;
  mesh: MeshConfig;
  clusterId: string;
  domainSuffix: string;
  /** Full version of the control plane, where the pod does not tell its own. */
  istioVersion: string;
  networkOf: NetworkOf;
  /** A name of the cluster that the proxies' ids end with. */
  clusterName?: string;
}

const proxyContainer = 'istio-proxy';

/** All proxies of the mesh: pods that run the container `istio-proxy` and have an address, in the order of pods. */
export function proxies(context: ProxyContext): Proxy[] {
  return context.pods.map((pod) => proxyOf(pod, context)).filter((proxy) => proxy !== undefined);
}

/** The proxy in a pod as istiod sees it (model.Proxy), or undefined where the pod has none. */
function proxyOf(pod: Resource, context: ProxyContext): Proxy | undefined {
  const container = findContainer(pod.spec, proxyContainer);
  const ipAddresses = podIps(pod);
  if (!container || ipAddresses.length === 0 || isFinished(pod)) return undefined;
  const args = Array.isArray(container['args']) ? container['args'].map(String) : [];
  const type = proxyType(args);
  if (!type) return undefined;

  const { namespace, name, labels, annotations } = pod.metadata;
  const env = literalEnvironment(container);
  const metadata = nodeMetadata(pod, env, context);
  const text = (key: string): string => (typeof metadata[key] === 'string' ? metadata[key] : '');
  const nodeName = typeof pod.spec['nodeName'] === 'string' ? pod.spec['nodeName'] : '';
  const locality = podLocality(labels, context.resources.get('', 'Node', '', nodeName));
  const clusterId = text('CLUSTER_ID') || context.clusterId;
  const podNetwork = context.networkOf(ipAddresses[0] as string, labels);
  const interception = text('INTERCEPTION_MODE');
  const applications = [...containersOf(pod.spec), ...nativeSidecarsOf(pod.spec)].filter((item) => item !== container);
  return {
    id: context.clusterName === undefined ? `${namespace}/${name}` : `${namespace}/${name}@${context.clusterName}`,
    namespace,
    podName: name,
    type,
    ipAddresses,
    labels: augmentLabels(labels, clusterId, locality, nodeName, podNetwork || text('NETWORK')),
    annotations,
    serviceAccount: text('SERVICE_ACCOUNT'),
    workloadName: text('WORKLOAD_NAME') || workloadName(pod),
    clusterId,
    network: text('NETWORK'),
    meshId: text('MESH_ID'),
    dnsDomain: dnsDomain(args, namespace, context.domainSuffix),
    istioVersion: text('ISTIO_VERSION'),
    revision: annotations['istio.io/rev'] ?? labels['istio.io/rev'] ?? 'default',
    locality,
    nodeName,
    interceptionMode: interception === 'TPROXY' || interception === 'NONE' ? interception : 'REDIRECT',
    appContainers: applications.map((item) => String(item['name'])),
    podPorts: applications.flatMap(portsOf),
    env,
    proxyConfig: isObject(metadata['PROXY_CONFIG']) ? metadata['PROXY_CONFIG'] : {},
    metadata,
    pod,
  };
}

/** Node type from `proxy sidecar` or `proxy router`; other types (ztunnel, waypoint) are no proxies of this program. */
function proxyType(args: string[]): ProxyType | undefined {
  const at = args.indexOf('proxy');
  const type = at < 0 ? 'sidecar' : (args[at + 1] ?? 'sidecar');
  return type === 'router' || type === 'sidecar' ? type : undefined;
}

/** `--domain` of pilot-agent with the namespace put in. */
function dnsDomain(args: string[], namespace: string, domainSuffix: string): string {
  const at = args.findIndex((arg) => arg === '--domain' || arg.startsWith('--domain='));
  const value = at < 0 ? undefined : args[at]?.includes('=') ? args[at]?.slice('--domain='.length) : args[at + 1];
  return (value ?? `$(POD_NAMESPACE).svc.${domainSuffix}`).replace('$(POD_NAMESPACE)', namespace);
}
