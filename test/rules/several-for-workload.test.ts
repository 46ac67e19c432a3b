import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const later = { created: '2024-03-01T00:00:00Z' };
const told = (yaml: string) => findingsIn(yaml).map(({ code, resource, field }) => `${code} ${resource} ${field}`);
const peer = (name: string, mode: string, selector = '', age = {}): string =>
  manifest('PeerAuthentication', name, `{${selector}mtls: {mode: ${mode}}}`, age);
const cart = 'selector: {matchLabels: {app: cart}}, ';

it('tells the younger of two for the same workloads', () => {
  expect(told(peer('a', 'STRICT') + peer('b', 'PERMISSIVE', '', later))).toEqual([
    'MESH0187 PeerAuthentication shop/b spec',
  ]);
  const narrower = 'selector: {matchLabels: {version: v2}}, ';
  expect(told(peer('a', 'STRICT', cart) + peer('b', 'PERMISSIVE', narrower, later))).toEqual([
    'MESH0187 PeerAuthentication shop/b spec.selector',
  ]);
  const sidecar = (name: string, hosts: string, age = {}): string =>
    manifest('Sidecar', name, `{egress: [{hosts: ["${hosts}"]}]}`, age);
  expect(told(sidecar('a', '*/*') + sidecar('b', './*', later))).toEqual(['MESH0187 Sidecar shop/b spec']);
});

it('is silent for a selector over a default, other workloads, another namespace and equal contents', () => {
  expect(told(peer('a', 'STRICT') + peer('b', 'PERMISSIVE', cart, later))).toEqual([]);
  const catalog = 'selector: {matchLabels: {app: catalog}}, ';
  expect(told(peer('a', 'STRICT', cart) + peer('b', 'PERMISSIVE', catalog, later))).toEqual([]);
  expect(told(peer('a', 'STRICT') + peer('b', 'PERMISSIVE', '', { ...later, namespace: 'istio-system' }))).toEqual([]);
  expect(told(peer('a', 'STRICT') + peer('b', 'STRICT', '', later))).toEqual([]);
});
