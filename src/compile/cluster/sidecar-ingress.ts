import type { Cluster } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { parseProtocol } from '../../registry/protocol.ts';
import type { Service, ServicePort, ServiceTarget } from '../../registry/types.ts';
import { type ClusterContext, messageOf } from './context.ts';
import { inboundCluster } from './inbound.ts';
import { loopbackAddresses } from './ip-family.ts';

/** The clusters of a Sidecar's `ingress` (istiod's `buildInboundClustersFromSidecar`). */
export function sidecarIngressClusters(context: ClusterContext, targets: readonly ServiceTarget[]): Cluster[] {
  const clusters: Cluster[] = [];
  for (const ingress of context.scope.ingress) {
    const config = messageOf(ingress['port']);
    if (!config) continue;
    const place = defaultEndpoint(context, String(ingress['defaultEndpoint'] ?? ''));
    if (!place) continue;
    const number = Number(config['number']);
    const port: ServicePort = {
      name: String(config['name'] ?? ''),
      port: number,
      protocol: parseProtocol(String(config['protocol'] ?? '')),
      config,
    };
    const service = targets.find((target) => target.targetPort === number)?.service ?? unknownService(context);
    const target: ServiceTarget = { service, port, targetPort: place.port };
    clusters.push(inboundCluster(context, number, place.address, [target], [ingress as JsonObject]));
  }
  return clusters;
}

/**
 * Where `defaultEndpoint` leads: '' for where the client sent it; `0.0.0.0` and `[::]` mean the pod's address, loopback
 * addresses the family that the pod has. Undefined for what is no endpoint: istiod leaves the listener out.
 */
function defaultEndpoint(context: ClusterContext, text: string): { address: string; port: number } | undefined {
  if (text === '') return { address: '', port: 0 };
  if (text.startsWith('unix://')) return { address: text, port: 0 };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d+)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const host = bracketed ?? plain ?? '';
  const own = (v6: boolean): string | undefined => context.proxy.ipAddresses.find((item) => item.includes(':') === v6);
  const loopback = (v6: boolean): string => {
    const all = loopbackAddresses(context.proxy);
    return all.find((item) => item.includes(':') === v6) ?? (all[0] as string);
  };
  const port = Number(digits);
  switch (host) {
    case '0.0.0.0':
      return { address: own(false) ?? '127.0.0.1', port };
    case '::':
      return { address: own(true) ?? '::1', port };
    case '127.0.0.1':
      return { address: loopback(false), port };
    case '::1':
      return { address: loopback(true), port };
    default:
      return { address: '', port };
  }
}

/** Stands for a service where none leads to the port (istiod's `findOrCreateService`); it leaves no trace in telemetry. */
function unknownService({ scope, proxy }: ClusterContext): Service {
  const name = scope.sidecar?.metadata.name ?? '';
  const namespace = scope.sidecar?.metadata.namespace ?? scope.namespace;
  return {
    hostname: `${name}.${namespace}`,
    name,
    namespace,
    registry: 'External',
    addresses: [],
    autoAllocatedAddresses: [],
    ports: [],
    resolution: 'ClientSideLB',
    meshExternal: true,
    exportTo: new Set(),
    creationTimestamp: '',
    labels: {},
    selector: {},
    type: '',
    externalName: '',
    trafficDistribution: '',
    internalTrafficPolicyLocal: false,
    publishNotReadyAddresses: false,
    subjectAltNames: [],
    aliases: [],
    resource: scope.sidecar ?? proxy.pod,
  };
}
