import { expect, it } from 'vitest';
import { findingsIn } from '../support/rules.ts';

const gateway = `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: edge}
spec: {gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}]}
`;
const route = (parents: string, kind = 'HTTPRoute'): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: {name: cart, namespace: shop}
spec: {parentRefs: [${parents}], rules: [{backendRefs: [{name: cart, port: 8080}]}]}
`;
const told = (yaml: string) =>
  findingsIn(gateway + yaml)
    .filter(({ code }) => code === 'MESH0210')
    .map(({ severity, resource, field, fix }) => `${severity} ${resource} ${field}: ${fix}`);

it('tells a Gateway, a listener and a port that do not exist', () => {
  expect(told(route('{name: public}'))).toEqual([
    'error HTTPRoute shop/cart spec.parentRefs[0].name: write namespace: edge.',
  ]);
  const listener = '{name: public, namespace: edge, sectionName: https}';
  expect(told(route(listener, 'GRPCRoute'))).toEqual([
    "error GRPCRoute shop/cart spec.parentRefs[0].sectionName: write one of the Gateway's listeners.",
  ]);
  expect(told(route('{name: public, namespace: edge, port: 443}, {name: public, namespace: edge}'))).toEqual([
    "warning HTTPRoute shop/cart spec.parentRefs[0].port: write one of the Gateway's listeners.",
  ]);
});

it('is silent for a Gateway and listener that exist, and for parents of other kinds', () => {
  expect(told(route('{name: public, namespace: edge, sectionName: web, port: 80}'))).toEqual([]);
  expect(told(route('{group: "", kind: Service, name: cart}'))).toEqual([]);
  expect(told(route('{group: networking.istio.io, kind: ServiceEntry, name: none}'))).toEqual([]);
});

it('warns of a Service, and of a port of it, that does not exist', () => {
  const service = (rest: string): string => route(`{group: "", kind: Service, ${rest}}`);
  expect(told(service('name: cart, port: 80'))).toEqual([
    'warning HTTPRoute shop/cart spec.parentRefs[0].port: write 8080, or drop the port.',
  ]);
  expect(told(service('name: cart, namespace: edge'))).toEqual([
    'warning HTTPRoute shop/cart spec.parentRefs[0].name: write namespace: shop.',
  ]);
  expect(told(service('name: cart, port: 8080'))).toEqual([]);
  expect(told(service('name: cart'))).toEqual([]);
});
