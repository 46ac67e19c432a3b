import { compileClusters } from '../../../src/compile/cluster/index.ts';
import { compileEndpoints } from '../../../src/compile/endpoint/index.ts';
import { printedEndpoints } from '../../../src/compile/endpoint/printed.ts';
import { EnvoyFilterPatches } from '../../../src/compile/envoyfilter/index.ts';
import { compileListeners } from '../../../src/compile/listener/index.ts';
import { compileRoutes } from '../../../src/compile/route/index.ts';
import type { ProxyConfig } from '../../../src/model/envoy.ts';
import { formatPath, type Path } from '../../../src/model/json.ts';
import { originsAt } from '../../../src/model/provenance.ts';
import type { Proxy } from '../../../src/model/proxy.ts';
import { resourceName } from '../../../src/model/resource.ts';
import type { Registry } from '../../../src/registry/types.ts';
import { objectYaml, sliceYaml } from '../../support/clusters.ts';
import { type PodOptions, podYaml } from '../../support/mesh.ts';

/** What is sent to a proxy, compiled for it alone: step by step, without any sharing between proxies. */
export function compileAlone(proxy: Proxy, registry: Registry): ProxyConfig {
  const patches = new EnvoyFilterPatches(proxy, registry);
  const clusters = patches.clusters(compileClusters(proxy, registry));
  const listeners = patches.listeners(compileListeners(proxy, registry));
  const routes = patches.routes(compileRoutes(proxy, registry, listeners));
  const endpoints = printedEndpoints(compileEndpoints(proxy, registry, clusters), clusters);
  return { clusters, endpoints, listeners, routes };
}

/** A value and its origins as texts, leaf by leaf. */
export function leavesOf(config: ProxyConfig): string[] {
  const lines: string[] = [];
  const visit = (root: object, value: unknown, path: Path): void => {
    if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
      for (const [key, item] of Object.entries(value)) visit(root, item, [...path, key]);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(root, item, [...path, index]);
    else {
      const origins = originsAt(root, path).map((it) => `${resourceName(it.resource)} ${formatPath(it.path)}`);
      lines.push(`${formatPath(path)} = ${JSON.stringify(value)} <- ${origins.join(', ')}`);
    }
  };
  for (const [type, resources] of Object.entries(config))
    for (const [index, resource] of (resources as object[]).entries()) {
      lines.push(`${type} ${index}`);
      visit(resource, resource, []);
    }
  return lines;
}

/** YAML of a pod of the StatefulSet `db`. */
export function dbPod(name: string, options: PodOptions & { labels: Record<string, string> }): string {
  return podYaml(`shop/${name}`, {
    ...options,
    labels: {
      app: 'db',
      'service.istio.io/canonical-name': 'db',
      'security.istio.io/tlsMode': 'istio',
      'statefulset.kubernetes.io/pod-name': name,
      ...options.labels,
    },
    environment: { ISTIO_META_WORKLOAD_NAME: 'db', ...options.environment },
  });
}

/** A workload behind a headless Service and an ordinary one, with tracing, whose tags tell of the pod. */
export const surroundings =
  objectYaml('Service', 'db', {
    clusterIP: 'None',
    type: 'ClusterIP',
    selector: { app: 'db' },
    ports: [
      { name: 'tcp-sql', port: 5432 },
      { name: 'other', port: 7000 },
    ],
  }) +
  sliceYaml('db', { 'tcp-sql': 5432, other: 7000 }, { 'db-0': '10.0.0.10', 'db-1': '10.0.0.11', 'db-2': '10.0.0.12' }) +
  objectYaml('Service', 'web', {
    clusterIP: '10.1.0.1',
    selector: { app: 'db' },
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
  }) +
  sliceYaml('web', { http: 8080 }, { 'db-0': '10.0.0.10', 'db-1': '10.0.0.11' });

export const tracing = {
  extensionProviders: [{ name: 'zipkin', zipkin: { service: 'web.shop.svc.cluster.local', port: 80 } }],
  defaultProviders: { tracing: ['zipkin'] },
};

const meta = (kind: string, namespace = 'shop') => ({
  apiVersion: `${/Auth/.test(kind) ? 'security' : kind === 'Telemetry' ? 'telemetry' : 'networking'}.istio.io/v1`,
  kind,
  metadata: { name: `odd-${kind.toLowerCase()}`, namespace },
});

const yaml = (object: object): string => `---\n${JSON.stringify(object)}\n`;
const odd = { odd: 'yes' };

/** Configuration that holds only for proxies with the label `odd: yes`, or compares proxies otherwise. */
export const choosy: readonly string[] = [
  yaml({
    ...meta('Sidecar'),
    spec: {
      workloadSelector: { labels: odd },
      ingress: [{ port: { number: 8081, protocol: 'HTTP', name: 'http' }, defaultEndpoint: '0.0.0.0:8082' }],
    },
  }),
  yaml({
    ...meta('DestinationRule'),
    spec: {
      host: 'web',
      workloadSelector: { matchLabels: odd },
      trafficPolicy: { connectionPool: { tcp: { maxConnections: 3 } } },
    },
  }),
  yaml({
    ...meta('EnvoyFilter'),
    spec: {
      workloadSelector: { labels: odd },
      configPatches: [
        {
          applyTo: 'CLUSTER',
          match: { context: 'ANY' },
          patch: { operation: 'MERGE', value: { connect_timeout: '3s' } },
        },
      ],
    },
  }),
  yaml({
    ...meta('EnvoyFilter'),
    spec: {
      configPatches: [
        {
          applyTo: 'LISTENER',
          match: { context: 'ANY', proxy: { metadata: { TIER: 'gold' } } },
          patch: { operation: 'MERGE', value: { per_connection_buffer_limit_bytes: 9 } },
        },
      ],
    },
  }),
  yaml({ ...meta('PeerAuthentication'), spec: { selector: { matchLabels: odd }, mtls: { mode: 'STRICT' } } }),
  yaml({
    ...meta('AuthorizationPolicy'),
    spec: { selector: { matchLabels: odd }, rules: [{ to: [{ operation: { methods: ['GET'] } }] }] },
  }),
  yaml({
    ...meta('Telemetry'),
    spec: { selector: { matchLabels: odd }, tracing: [{ randomSamplingPercentage: 42 }] },
  }),
  yaml({
    ...meta('VirtualService'),
    spec: {
      hosts: ['web'],
      http: [
        { match: [{ sourceLabels: odd }], route: [{ destination: { host: 'web' } }], timeout: '3s' },
        { route: [{ destination: { host: 'web' } }] },
      ],
    },
  }),
  yaml({
    ...meta('DestinationRule', 'istio-system'),
    spec: {
      host: '*.shop.svc.cluster.local',
      trafficPolicy: {
        outlierDetection: { interval: '1s' },
        loadBalancer: { localityLbSetting: { failoverPriority: ['odd', 'topology.kubernetes.io/zone'] } },
      },
    },
  }),
  objectYaml('Service', 'near', {
    clusterIP: '10.1.0.2',
    internalTrafficPolicy: 'Local',
    selector: { app: 'db' },
    ports: [{ name: 'http', port: 80 }],
  }) + sliceYaml('near', { http: 8080 }, { 'db-0': '10.0.0.10', 'db-1': '10.0.0.11' }),
  objectYaml('Service', 'hidden', {
    clusterIP: '10.1.0.3',
    selector: { app: 'db', odd: 'yes' },
    ports: [{ name: 'http', port: 9000 }],
  }),
];

/** A node with topology labels. */
export const nodeYaml = (name: string, zone: string): string =>
  yaml({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': zone } },
    spec: {},
  });
