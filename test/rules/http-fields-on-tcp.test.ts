import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { podYaml } from '../support/mesh.ts';
import { findingsIn } from '../support/rules.ts';

const database = `---
{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {selector: {app: db}, clusterIP: 10.96.0.70, ports: [{name: tcp-db, port: 5432}]}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: db, namespace: shop, labels: {kubernetes.io/service-name: db}}, addressType: IPv4, ports: [{name: tcp-db, port: 5432}], endpoints: [{addresses: [10.0.0.70], conditions: {ready: true}, targetRef: {kind: Pod, name: db, namespace: shop}}]}
${podYaml('shop/db', { labels: { app: 'db' }, addresses: ['10.0.0.70'] })}`;
const policy = (app: string, spec: string): string =>
  manifest('AuthorizationPolicy', app, `{selector: {matchLabels: {app: ${app}}}, ${spec}}`);
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true, extra: database }).map(({ code, severity, field }) => `${code} ${severity} ${field}`);
const methods = 'rules: [{to: [{operation: {methods: [GET]}}]}]';

it('tells what HTTP has on ports that are TCP', () => {
  const field = 'spec.rules[0].to[0].operation.methods';
  expect(told(policy('db', `action: DENY, ${methods}`))).toEqual([`MESH0198 warning ${field}`]);
  // Nothing else is allowed, so nobody gets in.
  expect(told(policy('db', methods))).toEqual([`MESH0198 error ${field}`]);
  const open = manifest('AuthorizationPolicy', 'open', '{rules: [{from: [{source: {namespaces: [shop]}}]}]}');
  expect(told(policy('db', methods) + open)).toEqual([`MESH0198 warning ${field}`]);
  const two = 'rules: [{to: [{operation: {methods: [GET]}}]}, {to: [{operation: {ports: ["5432"]}}]}]';
  expect(told(policy('db', two))).toEqual([`MESH0198 info ${field}`]);
});

it('says what becomes of connections', () => {
  const effects = (spec: string, other = ''): string[] =>
    findingsIn(policy('db', spec) + other, { infos: true, extra: database }).map(({ effect }) => effect);
  expect(effects(`action: DENY, ${methods}`).join()).toContain('it refuses every connection that meets the rest of it');
  expect(effects(methods).join()).toContain('every connection is closed');
  const open = manifest('AuthorizationPolicy', 'open', '{rules: [{from: [{source: {namespaces: [shop]}}]}]}');
  expect(effects(methods, open).join()).toContain('connections that only it allows are closed');
});

it('is silent for ports, for workloads that speak HTTP, and for policies of a whole namespace', () => {
  expect(told(policy('db', 'rules: [{to: [{operation: {ports: ["5432"]}}]}]'))).toEqual([]);
  expect(told(policy('cart', methods))).toEqual([]);
  expect(told(manifest('AuthorizationPolicy', 'all', `{${methods}}`))).toEqual([]);
});
