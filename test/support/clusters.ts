import { compileClusters } from '../../src/compile/cluster/index.ts';
import type { Cluster, Message } from '../../src/model/envoy.ts';
import { formatPath, type Path } from '../../src/model/json.ts';
import { originsAt } from '../../src/model/provenance.ts';
import { resourceName } from '../../src/model/resource.ts';
import type { MeshOptions, PodOptions } from './mesh.ts';
import { meshOf, podYaml, proxyOf } from './mesh.ts';

/** YAML of any object. */
export function objectYaml(kind: string, name: string, spec: object, metadata: object = {}): string {
  const [namespace, own] = name.includes('/') ? name.split('/') : ['shop', name];
  const apiVersion =
    kind === 'Service' ? 'v1' : `${kind === 'PeerAuthentication' ? 'security' : 'networking'}.istio.io/v1`;
  return `---\n${JSON.stringify({ apiVersion, kind, metadata: { name: own, namespace, ...metadata }, spec })}\n`;
}

/** YAML of a DestinationRule for the Service `web`. */
export function ruleYaml(trafficPolicy: object, more: object = {}): string {
  return objectYaml('DestinationRule', 'web', { host: 'web', trafficPolicy, ...more });
}

/** A Service `web` with an HTTP and a TCP port and two pods: `web-1` (v1) with a sidecar, `web-2` (v2) without. */
export const web =
  objectYaml('Service', 'web', {
    clusterIP: '10.1.0.1',
    selector: { app: 'web' },
    ports: [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'tcp', port: 90, targetPort: 9090 },
    ],
  }) +
  podYaml('shop/web-1', {
    labels: { app: 'web', version: 'v1', 'security.istio.io/tlsMode': 'istio' },
    addresses: ['10.0.0.11'],
  }) +
  podYaml('shop/web-2', { labels: { app: 'web', version: 'v2' }, addresses: ['10.0.0.12'] }) +
  sliceYaml('web', { http: 8080, tcp: 9090 }, { 'web-1': '10.0.0.11', 'web-2': '10.0.0.12' });

/** YAML of an EndpointSlice; pods by name with their addresses. */
export function sliceYaml(
  service: string,
  ports: Record<string, number>,
  pods: Record<string, string>,
  unready: string[] = [],
): string {
  return `---\n${JSON.stringify({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    addressType: 'IPv4',
    metadata: { name: `${service}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': service } },
    endpoints: Object.entries(pods).map(([name, address]) => ({
      addresses: [address],
      conditions: { ready: !unready.includes(name), terminating: false },
      targetRef: { kind: 'Pod', name, namespace: 'shop' },
    })),
    ports: Object.entries(ports).map(([name, port]) => ({ name, port })),
  })}\n`;
}

export interface ClientOptions extends MeshOptions {
  client?: PodOptions;
}

/** The clusters of the client `shop/client-1` in a mesh of these objects. */
export function clustersOf(yaml: string, { client = {}, ...options }: ClientOptions = {}): Cluster[] {
  const registry = meshOf(podYaml('shop/client-1', { labels: { app: 'client' }, ...client }) + yaml, options);
  return compileClusters(proxyOf(registry, 'shop/client-1'), registry);
}

export function clusterOf(yaml: string, name: string, options: ClientOptions = {}): Cluster {
  const clusters = clustersOf(yaml, options);
  const found = clusters.find((cluster) => cluster.name === name);
  if (!found) throw new Error(`no cluster ${name} among ${clusters.map((cluster) => cluster.name).join(', ')}`);
  return found;
}

export const webHttp = 'outbound|80||web.shop.svc.cluster.local';

/** The cluster of web's HTTP port under a traffic policy. */
export function webUnder(trafficPolicy: object, options: ClientOptions = {}): Cluster {
  return clusterOf(web + ruleYaml(trafficPolicy), webHttp, options);
}

export function httpOptions(cluster: Cluster): Message | undefined {
  return cluster['typed_extension_protocol_options']?.['envoy.extensions.upstreams.http.v3.HttpProtocolOptions'];
}

/** The places a leaf comes from, as `Kind namespace/name path`. */
export function originsOf(root: unknown, ...path: Path): string[] {
  return originsAt(root, path).map((origin) => `${resourceName(origin.resource)} ${formatPath(origin.path)}`);
}
