import type { JsonObject } from '../src/model/json.ts';

/** Namespace of what is added to the recording. */
export const namespace = 'shop';

/** Services with one endpoint each, half of them with a VirtualService and a DestinationRule of their own. */
export function addedObjects(count: number): JsonObject[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `svc-${String(index).padStart(4, '0')}`;
    const objects = [service(name, index), slice(name, index)];
    return index % 2 === 0 ? [...objects, virtualService(name, '10s'), destinationRule(name)] : objects;
  }).flat();
}

/** A copy of a recorded pod under another name and address, of a workload and an account of its own, with the bookkeeping that a real pod carries. */
export function podOf(model: JsonObject, name: string, index: number, workload: string): JsonObject {
  const pod = structuredClone(model);
  const ip = `10.64.${index >> 8}.${index & 255}`;
  const metadata = pod['metadata'] as JsonObject;
  Object.assign(metadata, { name, uid: `00000000-0000-0000-0000-${String(index).padStart(12, '0')}` });
  const labels = { app: workload, 'service.istio.io/canonical-name': workload };
  Object.assign(metadata['labels'] as JsonObject, labels);
  metadata['ownerReferences'] = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: workload, controller: true }];
  Object.assign(pod['spec'] as JsonObject, { serviceAccountName: workload });
  metadata['managedFields'] = ['kube-controller-manager', 'kubelet'].map((manager) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    fieldsV1: Object.fromEntries(Array.from({ length: 60 }, (_, field) => [`f:field${field}`, { 'f:value': {} }])),
  }));
  Object.assign(pod['status'] as JsonObject, { podIP: ip, podIPs: [{ ip }] });
  return pod;
}

function service(name: string, index: number): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      clusterIP: address(96, index),
      clusterIPs: [address(96, index)],
      type: 'ClusterIP',
      selector: { app: name },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    },
  };
}

function slice(name: string, index: number): JsonObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-a`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address(80, index)], conditions: { ready: true } }],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}

/** With a timeout that the bench's Git changes. */
export function virtualService(name: string, timeout: string): JsonObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      hosts: [name],
      http: [
        { match: [{ headers: { 'x-canary': { exact: 'yes' } } }], timeout, route: [to(name, 100)] },
        { timeout, retries: { attempts: 3, retryOn: '5xx' }, route: [to(name, 90), to(name, 10)] },
      ],
    },
  };
}

function to(host: string, weight: number): JsonObject {
  return { destination: { host, port: { number: 80 } }, weight };
}

function destinationRule(name: string): JsonObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      host: name,
      trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 }, connectionPool: { http: { maxRetries: 3 } } },
    },
  };
}

function address(block: number, index: number): string {
  return `10.${block}.${index >> 8}.${index & 255}`;
}
