import { type MeshOptions, meshOf } from '../../support/mesh.ts';

const service = (id: string) => {
  const [namespace, name] = id.split('/');
  return `---\napiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {clusterIP: 10.96.0.1, ports: [{name: http, port: 80}]}\n`;
};

export const gateway = (listeners: string) => `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec: {gatewayClassName: istio, listeners: [${listeners}]}
`;

export const all = 'allowedRoutes: {namespaces: {from: All}}';
export const edge = gateway(`{name: http, port: 80, protocol: HTTP, ${all}}`);
export const toEdge = 'parentRefs: [{name: edge, namespace: infra}]';
export const toCart = 'parentRefs: [{group: "", kind: Service, name: cart}]';

let clock = 0;
export const route = (spec: string, { kind = 'HTTPRoute', id = 'shop/r' } = {}) => {
  const [namespace, name] = id.split('/');
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "2026-01-01T00:${String(clock++).padStart(2, '0')}:00Z"}
spec: {${spec}}
`;
};

const services = service('shop/cart') + service('shop/catalog') + service('pay/ledger');
export const backend = 'backendRefs: [{name: cart, port: 80}]';

export function virtualServices(yaml: string, options: MeshOptions = {}) {
  return meshOf(services + yaml, options)
    .resources('VirtualService')
    .map(({ metadata, spec }) => ({ name: metadata.name, namespace: metadata.namespace, spec }));
}
