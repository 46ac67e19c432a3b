import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const policy = (name: string, spec: string): string => manifest('AuthorizationPolicy', name, spec);
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true }).map(({ code, severity, resource, field }) => [code, severity, resource, field]);
const allow = policy(
  'allow',
  '{rules: [{from: [{source: {namespaces: [shop]}}], to: [{operation: {methods: [GET], paths: [/a]}}]}]}',
);

it.each([
  ['everything', '{action: DENY, rules: [{}]}'],
  ['a wider operation', '{action: DENY, rules: [{to: [{operation: {methods: [GET, POST]}}]}]}'],
  ['the same source', '{action: DENY, rules: [{from: [{source: {namespaces: [shop, edge]}}]}]}'],
  ['wider paths', '{action: DENY, rules: [{to: [{operation: {paths: [/a*]}}]}]}'],
  ['all but another namespace', '{action: DENY, rules: [{from: [{source: {notNamespaces: [edge]}}]}]}'],
  [
    "all but another's principal",
    '{action: DENY, rules: [{from: [{source: {notPrincipals: [cluster.local/ns/edge/sa/a]}}]}]}',
  ],
  [
    'all but other methods and paths',
    '{action: DENY, rules: [{to: [{operation: {notMethods: [PUT], notPaths: ["/b*", "*/x"]}}]}]}',
  ],
])('tells an ALLOW rule of which a DENY rule takes %s', (_, spec) => {
  expect(told(allow + policy('deny', spec))).toEqual([
    ['MESH0185', 'error', 'AuthorizationPolicy shop/allow', 'spec.rules[0]'],
  ]);
});

it('warns where another rule still lets somebody in', () => {
  const two = policy(
    'allow',
    '{rules: [{from: [{source: {namespaces: [shop]}}]}, {to: [{operation: {paths: [/b]}}]}]}',
  );
  expect(told(two + policy('deny', '{action: DENY, rules: [{from: [{source: {namespaces: [shop]}}]}]}'))).toEqual([
    ['MESH0185', 'warning', 'AuthorizationPolicy shop/allow', 'spec.rules[0]'],
  ]);
});

it.each([
  ['all but a pattern of the path', '{action: DENY, rules: [{to: [{operation: {notPaths: ["/*"]}}]}]}'],
  [
    'all but a principal of the namespace',
    '{action: DENY, rules: [{from: [{source: {notPrincipals: [cluster.local/ns/shop/sa/a]}}]}]}',
  ],
  ['all but a principal of any namespace', '{action: DENY, rules: [{from: [{source: {notPrincipals: ["*/sa/a"]}}]}]}'],
  ['another method', '{action: DENY, rules: [{to: [{operation: {methods: [POST]}}]}]}'],
  ['all but the source', '{action: DENY, rules: [{from: [{source: {notNamespaces: [shop]}}]}]}'],
  ['more conditions', '{action: DENY, rules: [{when: [{key: "request.headers[x]", values: ["1"]}]}]}'],
  ['one workload of several', '{selector: {matchLabels: {version: v2}}, action: DENY, rules: [{}]}'],
])('is silent where a DENY rule takes %s', (_, spec) => {
  expect(told(allow + policy('deny', spec))).toEqual([]);
});

it('does not count a policy that is only tried', () => {
  const tried = policy('deny', '{action: DENY, rules: [{}]}').replace(
    'metadata: {',
    'metadata: {annotations: {istio.io/dry-run: "true"}, ',
  );
  expect(told(allow + tried)).toEqual([]);
});

it('notes what nobody may call, and not a default that other policies open', () => {
  const nothing = policy('allow-nothing', '{}');
  expect(told(nothing)).toEqual([['MESH0186', 'info', 'AuthorizationPolicy shop/allow-nothing', 'spec']]);
  expect(told(nothing + allow)).toEqual([]);
});
