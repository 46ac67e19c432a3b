import type { Locality } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { spiffe } from './kubernetes-service.ts';
import { noLocality, podLocality } from './locality.ts';
import type { NetworkOf } from './network.ts';
import type { PodIndex } from './pod-index.ts';
import type { ResourceIndex } from './resources.ts';
import { augmentLabels } from './workload-labels.ts';
import { workloadName } from './workload-name.ts';

/** What endpoints are built from, whatever makes them known. */
export interface EndpointContext {
  resources: ResourceIndex;
  pods: PodIndex;
  clusterId: string;
  trustDomain: string;
  networkOf: NetworkOf;
  /** When istiod last started, RFC 3339; undefined where its pod does not tell. */
  istiodStart?: string;
}

/** What an endpoint takes from its pod (kube controller's EndpointBuilder). */
export interface PodFacts {
  labels: Record<string, string>;
  namespace: string;
  workloadName: string;
  serviceAccount: string;
  locality: Locality;
  tlsMode: string;
  hostname: string;
  subdomain: string;
  nodeName: string;
}

/** What an endpoint inherits from its pod; without a pod only the cluster is known. */
export function podFacts(pod: Resource | undefined, podIp: string, context: EndpointContext): PodFacts {
  const { clusterId } = context;
  if (!pod) {
    const labels = augmentLabels({}, clusterId, noLocality, '', context.networkOf('', {}));
    const nothing = { namespace: '', workloadName: '', serviceAccount: '', hostname: '', subdomain: '', nodeName: '' };
    return { ...nothing, labels, locality: noLocality, tlsMode: 'disabled' };
  }
  const { spec, metadata } = pod;
  const text = (key: string): string => (typeof spec[key] === 'string' ? spec[key] : '');
  const nodeName = text('nodeName');
  const locality = podLocality(metadata.labels, context.resources.get('', 'Node', '', nodeName));
  const network = context.networkOf(podIp, metadata.labels);
  const subdomain = text('subdomain');
  return {
    labels: augmentLabels(metadata.labels, clusterId, locality, nodeName, network),
    namespace: metadata.namespace,
    workloadName: workloadName(pod),
    serviceAccount: spiffe(context.trustDomain, metadata.namespace, text('serviceAccountName')),
    locality,
    tlsMode: metadata.labels['security.istio.io/tlsMode'] ?? 'disabled',
    hostname: subdomain === '' ? '' : text('hostname') || metadata.name,
    subdomain,
    nodeName,
  };
}
