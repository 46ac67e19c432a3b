import type { Resource } from './resource.ts';

/** `sidecar` beside an application, `router` for a gateway (Istio's node types). */
export type ProxyType = 'sidecar' | 'router';

export interface Locality {
  region: string;
  zone: string;
  subzone: string;
}

/**
 * A proxy as istiod sees it (pilot/pkg/model `Proxy` and `NodeMetadata`), built from its pod and nothing else: what
 * pilot-agent tells istiod about itself follows from the injected pod's labels, annotations, env and status.
 */
export interface Proxy {
  /** `namespace/pod`, or `namespace/pod@cluster` where several clusters are read; unique. */
  id: string;
  namespace: string;
  podName: string;
  type: ProxyType;
  /** The pod's IP addresses, first the primary one. */
  ipAddresses: string[];
  /** The pod's labels with topology labels added, as istiod matches selectors against. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
  serviceAccount: string;
  /** Owner's name without generated suffixes: `frontend-v1`. */
  workloadName: string;
  clusterId: string;
  /** ISTIO_META_NETWORK; '' where the proxy does not tell, whatever its pod's labels say. */
  network: string;
  meshId: string;
  dnsDomain: string;
  /** Version of the proxy as it reports it (`ISTIO_VERSION`), such as `1.29.0`. */
  istioVersion: string;
  /** Revision of the istiod that injected it. */
  revision: string;
  locality: Locality;
  nodeName: string;
  interceptionMode: 'REDIRECT' | 'TPROXY' | 'NONE';
  /** Names of the pod's application containers, and their declared ports. */
  appContainers: string[];
  podPorts: { name?: string; containerPort: number; protocol?: string }[];
  /** Environment of the `istio-proxy` container (literal values), ISTIO_META_* among it. */
  env: Record<string, string>;
  /** `ProxyConfig` in force for this proxy: mesh default, ProxyConfig resources, pod annotation; camelCase as in MeshConfig. */
  proxyConfig: Record<string, unknown>;
  /** Node metadata as pilot-agent reports it (`LABELS`, `NAMESPACE`, `PROXY_CONFIG`, all ISTIO_META_*). */
  metadata: Record<string, unknown>;
  pod: Resource;
}
