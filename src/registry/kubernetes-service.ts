import { isObject, type JsonObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { defaultExportTo, exportToSet } from './export-to.ts';
import { serviceHostname } from './hostname.ts';
import { objects } from './objects.ts';
import { creationTime } from './order.ts';
import { kubernetesProtocol } from './protocol.ts';
import { trafficDistribution } from './traffic-distribution.ts';
import type { ExportTo, Resolution, Service, ServicePort } from './types.ts';

export interface ServiceContext {
  domainSuffix: string;
  trustDomain: string;
  /** `exportTo` in force where a service says nothing (MeshConfig.defaultServiceExportTo). */
  defaultExportTo: readonly unknown[];
  /** It may name namespaces. */
  defaultExportsToNamespaces: boolean;
  /** The control plane's version looks at the namespace's `networking.istio.io/traffic-distribution`. */
  namespaceTrafficDistribution: boolean;
  namespace(name: string): Resource | undefined;
}

const exportToAnnotation = 'networking.istio.io/exportTo';

/** A Kubernetes Service as Istio's service (serviceregistry/kube.ConvertService). */
export function kubernetesService(resource: Resource, context: ServiceContext): Service {
  const { spec, metadata } = resource;
  const type = typeof spec['type'] === 'string' ? spec['type'] : 'ClusterIP';
  const clusterIp = typeof spec['clusterIP'] === 'string' ? spec['clusterIP'] : '';
  const clusterIps = Array.isArray(spec['clusterIPs']) ? spec['clusterIPs'].map(String) : [];
  const externalName = type === 'ExternalName' && typeof spec['externalName'] === 'string' ? spec['externalName'] : '';

  let resolution: Resolution = externalName === '' ? 'ClientSideLB' : 'Alias';
  let addresses = ['0.0.0.0'];
  if (clusterIp === 'None') resolution = 'Passthrough';
  else if (clusterIp !== '') addresses = clusterIps.length > 1 ? clusterIps : [clusterIp];

  const annotated = metadata.annotations[exportToAnnotation];
  const declared = annotated ? exportToSet(annotated.split(','), metadata.namespace) : undefined;
  const namespace = context.namespaceTrafficDistribution ? context.namespace(metadata.namespace) : undefined;
  return {
    hostname: serviceHostname(metadata.name, metadata.namespace, context.domainSuffix),
    name: metadata.name,
    namespace: metadata.namespace,
    registry: 'Kubernetes',
    addresses,
    autoAllocatedAddresses: [],
    ports: ports(spec),
    resolution,
    meshExternal: externalName !== '',
    exportTo: declared ?? defaultVisibility(context, metadata.namespace),
    creationTimestamp: creationTime(resource),
    labels: metadata.labels,
    selector: selectorOf(spec),
    type,
    externalName,
    trafficDistribution: trafficDistribution(
      spec['trafficDistribution'],
      metadata.annotations,
      namespace?.metadata.annotations,
    ),
    internalTrafficPolicyLocal: spec['internalTrafficPolicy'] === 'Local',
    publishNotReadyAddresses: spec['publishNotReadyAddresses'] === true,
    subjectAltNames: declaredIdentities(metadata.annotations, metadata.namespace, context.trustDomain),
    aliases: [],
    resource,
  };
}

/** Where a service is visible that says nothing itself. */
export function defaultVisibility(context: ServiceContext, namespace: string): ExportTo {
  return defaultExportTo(context.defaultExportTo, namespace, context.defaultExportsToNamespaces);
}

function ports(spec: JsonObject): ServicePort[] {
  return objects(spec['ports']).map((port) => {
    const number = Number(port['port']);
    return {
      name: typeof port['name'] === 'string' ? port['name'] : '',
      port: number,
      protocol: kubernetesProtocol({
        port: number,
        name: text(port['name']),
        protocol: text(port['protocol']),
        appProtocol: text(port['appProtocol']),
      }),
      targetPort: (port['targetPort'] as number | string | undefined) ?? number,
      config: port,
    };
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function selectorOf(spec: JsonObject): Record<string, string> {
  const selector = spec['selector'];
  return isObject(selector) ? (selector as Record<string, string>) : {};
}

/** Identities that the Service declares for its endpoints by annotation. */
function declaredIdentities(annotations: Record<string, string>, namespace: string, trustDomain: string): string[] {
  const canonical = annotations['alpha.istio.io/canonical-serviceaccounts'];
  const kubernetes = annotations['alpha.istio.io/kubernetes-serviceaccounts'];
  return [
    ...(canonical ? canonical.split(',') : []),
    ...(kubernetes ? kubernetes.split(',').map((name) => spiffe(trustDomain, namespace, name)) : []),
  ];
}

/** The SPIFFE identity of a service account. */
export function spiffe(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
