import { expect, it } from 'vitest';
import { findingsIn } from '../support/rules.ts';

const group = 'gateway.networking.k8s.io/v1';
const service = `---
{apiVersion: v1, kind: Service, metadata: {name: gate, namespace: edge}, spec: {selector: {istio: ingress}, clusterIP: 10.96.0.99, ports: [{name: http, port: 80}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: edge}}
`;
const gateway = (listener: string): string =>
  `---\n{apiVersion: ${group}, kind: Gateway, metadata: {name: kube, namespace: edge}, spec: {gatewayClassName: istio, addresses: [{type: Hostname, value: gate.edge.svc.cluster.local}], listeners: [{name: web, port: 80, protocol: HTTP, ${listener}}]}}\n`;
const all = 'allowedRoutes: {namespaces: {from: All}}';
const route = (hostnames: string, parents = '{name: kube, namespace: edge}', namespace = 'shop'): string =>
  `---\n{apiVersion: ${group}, kind: HTTPRoute, metadata: {name: r, namespace: ${namespace}}, spec: {parentRefs: [${parents}], hostnames: [${hostnames}], rules: [{backendRefs: [{name: cart, namespace: shop, port: 8080}]}]}}\n`;
const told = (yaml: string, code: string) =>
  findingsIn(service + yaml)
    .filter((it) => it.code === code)
    .map(({ severity, field }) => `${severity} ${field}`);
const notTaken = (yaml: string) => told(yaml, 'MESH0214');

it('tells routes of a namespace that the listener does not take', () => {
  expect(notTaken(gateway('') + route('a.example'))).toEqual(['error spec.parentRefs[0]']);
  const selected = (team: string): string =>
    gateway(`allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: ${team}}}}}`);
  expect(notTaken(selected('b') + route('a.example'))).toEqual(['error spec.parentRefs[0]']);
  expect(notTaken(selected('a') + route('a.example'))).toEqual([]);
  expect(notTaken(gateway('') + route('a.example', '{name: kube}', 'edge'))).toEqual([]);
});

it('tells hostnames of which none is the listener’s', () => {
  const wild = gateway(`hostname: "*.shop.example", ${all}`);
  expect(notTaken(wild + route('shop.example, other.example'))).toEqual([
    'error spec.hostnames[0]',
    'error spec.hostnames[1]',
  ]);
  expect(notTaken(wild + route('www.shop.example, other.example'))).toEqual([]);
  expect(notTaken(wild + route('"*.example"'))).toEqual([]);
  expect(notTaken(wild + route(''))).toEqual([]);
});

it('warns where another parent takes the route, and is silent for parents that are told of otherwise', () => {
  const both = '{name: kube, namespace: edge}, {group: "", kind: Service, name: cart}';
  expect(notTaken(gateway('') + route('a.example', both))).toEqual(['warning spec.parentRefs[0]']);
  expect(notTaken(gateway('') + route('a.example', '{name: none, namespace: edge}'))).toEqual([]);
});

it('tells backends of another namespace without a ReferenceGrant', () => {
  const own = gateway('') + route('a.example', '{name: kube}', 'edge');
  const refused = (yaml: string) => told(yaml, 'MESH0215');
  expect(refused(own)).toEqual(['error spec.rules[0].backendRefs[0]']);
  const grant = (kind: string): string =>
    `---\n{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: g, namespace: shop}, spec: {from: [{group: gateway.networking.k8s.io, kind: ${kind}, namespace: edge}], to: [{group: "", kind: Service}]}}\n`;
  expect(refused(own + grant('HTTPRoute'))).toEqual([]);
  expect(refused(own + grant('GRPCRoute'))).toEqual(['error spec.rules[0].backendRefs[0]']);
});
