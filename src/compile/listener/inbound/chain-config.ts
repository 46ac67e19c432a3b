import type { JsonObject } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import type { Resource } from '../../../model/resource.ts';
import type { Protocol, Service } from '../../../registry/types.ts';
import type { ServerTls } from '../../security/downstream-tls.ts';

/** What one port of a workload is compiled from: a Service's port, a Sidecar's ingress, or passthrough (istiod's `inboundChainConfig`). */
export interface ChainConfig {
  /** `inbound|8080||`, or `InboundPassthroughCluster`. */
  cluster: string;
  /** Port of the pod; 0 for all that have no chain of their own. */
  targetPort: number;
  /** Port of the Service. */
  port: number;
  portName: string;
  protocol: Protocol;
  /** Addresses for the listener, or only for names where the chain belongs to virtualInbound. */
  bind: string[];
  /** A listener of its own. */
  bindsToPort: boolean;
  passthrough: boolean;
  /** Host name for telemetry: the service's, or `name.namespace` of the Sidecar. */
  hostname: string;
  service?: Service;
  /** TLS that a Sidecar's ingress terminates itself, where mutual TLS is off. */
  tls?: ServerTls;
  sidecar?: Resource;
  /** The Service's port, the ingress item, the pod where it is nobody's port. */
  source: Source;
}

/** Name of a chain and, with `tcp`, of the listener that binds a port of its own. */
export function chainName(chain: ChainConfig, layer: 'http' | 'tcp'): string {
  if (!chain.passthrough) return `${chain.bind[0] ?? ''}_${chain.targetPort}`;
  return layer === 'http' ? 'virtualInbound-catchall-http' : 'virtualInbound';
}

/** A chain for traffic to any port that no other chain serves, or to one that only a PeerAuthentication names. */
export function passthroughChain(targetPort: number, pod: Resource): ChainConfig {
  return {
    cluster: 'InboundPassthroughCluster',
    targetPort,
    port: 0,
    portName: 'virtualInbound',
    protocol: 'Unsupported',
    bind: [],
    bindsToPort: false,
    passthrough: true,
    hostname: '',
    source: pod,
  };
}

/** The port of a Sidecar's `ingress` item. */
export function ingressPort(ingress: JsonObject): JsonObject & { number?: number; protocol?: string; name?: string } {
  return (ingress['port'] ?? {}) as JsonObject;
}
