import type { JsonObject } from '../../../src/model/json.ts';

/** A running pod with a sidecar. */
export function sidecarPod(namespace: string, name: string, labels: Record<string, string> = {}): JsonObject {
  return pod(namespace, name, labels, ['app', 'istio-proxy']);
}

export function istiodPod(name: string): JsonObject {
  return pod('istio-system', name, { app: 'istiod', 'istio.io/rev': 'canary' }, ['discovery']);
}

export function pod(namespace: string, name: string, labels: Record<string, string>, containers: string[]): JsonObject {
  const spec = { containers: containers.map((container) => ({ name: container, image: 'image' })) };
  const managed = { managedFields: [{ manager: 'kubelet', operation: 'Update' }] };
  const status = { phase: 'Running', podIP: '10.0.0.1' };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels, ...managed }, spec, status };
}

export function virtualService(namespace: string, name: string): JsonObject {
  const managed = { managedFields: [{ manager: 'kubectl', operation: 'Apply' }] };
  const spec = { hosts: [name], http: [{ route: [{ destination: { host: name } }] }] };
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { namespace, name, ...managed },
    spec,
  };
}

export function configMap(namespace: string, name: string, data: Record<string, string>): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}
