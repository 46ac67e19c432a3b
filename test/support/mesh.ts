import { loadAll } from 'js-yaml';
import type { JsonObject } from '../../src/model/json.ts';
import type { Proxy } from '../../src/model/proxy.ts';
import { buildRegistry } from '../../src/registry/index.ts';
import type { Registry, RegistryInput } from '../../src/registry/types.ts';
import { toResource } from '../../src/source/object.ts';

export interface MeshOptions {
  /** Version of the control plane; default `1.29.0`. */
  version?: string;
  /** Environment of istiod. */
  environment?: Record<string, string>;
  /** Fields of MeshConfig over the defaults. */
  mesh?: JsonObject;
}

/** A registry of the objects in a text of YAML documents, with an istiod of the given settings. */
export function meshOf(yaml: string, options: MeshOptions = {}): Registry {
  return buildRegistry(inputOf(yaml, options));
}

/** What such a registry is built of. */
export function inputOf(
  yaml: string,
  { version = '1.29.0', environment = {}, mesh = {} }: MeshOptions = {},
): RegistryInput {
  const objects = loadAll(yaml).filter((item) => item !== null && item !== undefined) as JsonObject[];
  const resources = [istiodPod(version, environment), ...objects].map((object) => toResource(object, 'api'));
  return { resources, istiod: { mesh, version } };
}

/** The registry's proxy `namespace/pod`. */
export function proxyOf(registry: Registry, id: string): Proxy {
  const found = registry.proxies.find((proxy) => proxy.id === id);
  if (!found) throw new Error(`no proxy ${id}`);
  return found;
}

export interface PodOptions {
  labels?: Record<string, string>;
  addresses?: string[];
  /** Environment of the `istio-proxy` container. */
  environment?: Record<string, string>;
  annotations?: Record<string, string>;
  gateway?: boolean;
  serviceAccount?: string;
}

/** YAML of a pod with a sidecar, or of a gateway's pod. */
export function podYaml(
  id: string,
  {
    labels = {},
    addresses = ['10.0.0.1'],
    environment = {},
    annotations = {},
    gateway,
    serviceAccount,
  }: PodOptions = {},
): string {
  const [namespace, name] = id.split('/');
  const env = Object.entries(environment).map(([key, value]) => ({ name: key, value }));
  const args = ['proxy', gateway ? 'router' : 'sidecar'];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, annotations },
    spec: {
      serviceAccountName: serviceAccount,
      containers: [
        { name: 'app', image: 'app' },
        { name: 'istio-proxy', image: 'proxyv2', args, env },
      ],
    },
    status: { phase: 'Running', podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) },
  };
  return `---\n${JSON.stringify(pod)}\n`;
}

function istiodPod(version: string, environment: Record<string, string>): JsonObject {
  const env = Object.entries(environment).map(([name, value]) => ({ name, value }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'istiod-1', namespace: 'istio-system', labels: { app: 'istiod' } },
    spec: { containers: [{ name: 'discovery', image: `pilot:${version}`, env }] },
    status: { phase: 'Running' },
  };
}
