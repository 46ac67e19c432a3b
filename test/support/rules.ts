import { compiledMesh } from '../../src/app/check/compiled-mesh.ts';
import type { Finding } from '../../src/model/finding.ts';
import { findingsOf } from '../../src/rules/index.ts';
import type { CompiledMesh } from '../../src/rules/types.ts';
import { inputOf, type MeshOptions, podYaml } from './mesh.ts';

/** A mesh of a Service `name.shop` (port 8080) with one pod for each version, and a gateway's pod in `edge`. */
function meshWith(
  yaml: string,
  options: MeshOptions & { extra?: string; unseenClusters?: string[] } = {},
): CompiledMesh {
  const services = [serviceYaml('cart', ['v1', 'v2'], 10), serviceYaml('catalog', ['v1'], 20, [8080, 9090])].join('');
  const gateway = podYaml('edge/gate', { labels: { istio: 'ingress' }, addresses: ['10.0.0.99'], gateway: true });
  const input = inputOf(`${services}${gateway}${options.extra ?? ''}\n---\n${yaml}`, options);
  return compiledMesh({ ...input, unseenClusters: options.unseenClusters ?? [] }, () => true);
}

/** What the rules say of such a mesh, infos left out unless asked for. */
export function findingsIn(
  yaml: string,
  options: MeshOptions & { extra?: string; infos?: boolean; unseenClusters?: string[] } = {},
): Finding[] {
  return findingsOf(meshWith(yaml, options)).filter(({ severity }) => options.infos === true || severity !== 'info');
}

/** Code, object and field of each finding, sorted. */
export function told(findings: readonly Finding[]): string[] {
  return findings.map(({ code, resource, field }) => `${code} ${resource} ${field}`.trim()).sort();
}

/** YAML of a Service in `shop` with one pod for each version; pods have a sidecar. */
function serviceYaml(name: string, versions: string[], address: number, ports = [8080]): string {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', creationTimestamp: '2024-01-01T00:00:00Z' },
    spec: {
      selector: { app: name },
      clusterIP: `10.96.0.${address}`,
      clusterIPs: [`10.96.0.${address}`],
      ports: ports.map((port) => ({ name: `http-${port}`, port, targetPort: port })),
    },
  };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: ports.map((port) => ({ name: `http-${port}`, port, protocol: 'TCP' })),
    endpoints: versions.map((version, index) => ({
      addresses: [`10.0.0.${address + index}`],
      conditions: { ready: true },
      targetRef: { kind: 'Pod', name: `${name}-${version}`, namespace: 'shop' },
    })),
  };
  const pods = versions.map((version, index) =>
    podYaml(`shop/${name}-${version}`, {
      labels: { app: name, version, 'security.istio.io/tlsMode': 'istio' },
      addresses: [`10.0.0.${address + index}`],
    }),
  );
  return `---\n${JSON.stringify(service)}\n---\n${JSON.stringify(slice)}\n${pods.join('')}`;
}
