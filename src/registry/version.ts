import type { Resource } from '../model/resource.ts';
import type { GatewayApiBehaviour } from './gateway-api/context.ts';
import { findContainer } from './pod-spec.ts';

export interface ControlPlaneVersion {
  /** Minor version of Istio 1. */
  minor: number;
  /** As istiod tells it, without build information: `1.29.0`; '' where nothing tells. */
  full: string;
}

/** The newest minor version known; taken where nothing tells. */
const newest = 32;

const number = /(\d+)\.(\d+)(?:\.\d+)?/;

/** The control plane's version: as it answered itself, else the tag of its image, else of the oldest proxy's image. */
export function controlPlaneVersion(
  answered: string | undefined,
  image: string,
  pods: readonly Resource[],
): ControlPlaneVersion {
  const images = pods
    .map((pod) => findContainer(pod.spec, 'istio-proxy')?.['image'])
    .filter((item) => typeof item === 'string');
  for (const text of [answered ?? '', ...[image, ...images].map(tag)]) {
    const match = number.exec(text);
    if (match?.[1] === '1') return { minor: Number(match[2]), full: match[0] };
  }
  return { minor: newest, full: '' };
}

function tag(image: string): string {
  return /:([^:/@]+)(?:@|$)/.exec(image)?.[1] ?? '';
}

/** What the registry does differently from one Istio version to another. */
export interface RegistryBehaviour extends GatewayApiBehaviour {
  /** Services inherit `networking.istio.io/traffic-distribution` from their namespace. */
  namespaceTrafficDistribution: boolean;
  /** `istio.io/connect-strategy` on a ServiceEntry. */
  dnsConnectStrategy: boolean;
  /** Inline endpoints of a ServiceEntry carry its namespace and a workload name made of its own. */
  namedInlineEndpoints: boolean;
  /** `~` before an egress host's namespace excludes. */
  egressExclusions: boolean;
  /** See MergeOptions. */
  backendPolicyMerge: boolean;
  /** A VirtualService's destination that several namespaces have means a Kubernetes Service first. */
  preferKubernetesDestination: boolean;
}

const changes: readonly (readonly [from: number, change: Partial<RegistryBehaviour>])[] = [
  [
    0,
    {
      namespaceTrafficDistribution: false,
      dnsConnectStrategy: false,
      namedInlineEndpoints: false,
      egressExclusions: false,
      preferKubernetesDestination: false,
      backendPolicyMerge: false,
      layer4Routes: false,
      mergeHttpAndGrpc: false,
      corsWildcards: false,
      prefixRedirect: false,
      listenerConflicts: false,
      narrowTlsHosts: false,
      checkHeaderValues: false,
      frontendValidationMode: false,
    },
  ],
  [
    30,
    {
      namespaceTrafficDistribution: true,
      dnsConnectStrategy: true,
      namedInlineEndpoints: true,
      egressExclusions: true,
      preferKubernetesDestination: true,
      backendPolicyMerge: true,
      layer4Routes: true,
      mergeHttpAndGrpc: true,
      corsWildcards: true,
      prefixRedirect: true,
      listenerConflicts: true,
      narrowTlsHosts: true,
      checkHeaderValues: true,
      frontendValidationMode: true,
    },
  ],
];

export function registryBehaviour(minor: number): RegistryBehaviour {
  return Object.assign(
    {},
    ...changes.filter(([from]) => from <= minor).map(([, change]) => change),
  ) as RegistryBehaviour;
}
