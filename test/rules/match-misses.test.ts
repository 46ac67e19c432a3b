import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const route = (uri: string, more = ''): string =>
  manifest(
    'VirtualService',
    'cart',
    `{hosts: [cart], http: [{match: [{uri: ${uri}}], route: [{destination: {host: cart}}]}${more}]}`,
  );
const policy = (path: string): string =>
  manifest(
    'AuthorizationPolicy',
    'cart',
    `{selector: {matchLabels: {app: cart}}, rules: [{to: [{operation: {paths: ["${path}"]}}]}]}`,
  );
const probed = (path: string): string =>
  manifest(
    'Deployment',
    'cart',
    `{template: {metadata: {labels: {app: cart}}, spec: {containers: [{name: app, readinessProbe: {httpGet: {path: ${path}, port: 8080}}}]}}}`,
  );
const other = manifest(
  'VirtualService',
  'edge',
  '{hosts: [www.example], gateways: [edge/none], http: [{match: [{uri: {prefix: /api/health/}}], route: [{destination: {host: cart}}]}]}',
);
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true })
    .filter(({ code }) => code === 'MESH0189')
    .map(({ severity, field, effect }) => [severity, field, effect.split(' ')[0]]);
const exact = 'spec.http[0].match[0].uri.exact';
const health = '{exact: /api/health}';

it.each([
  ['a policy', policy('/api/health/*'), '/api/health/x'],
  ['a probe', probed('/api/health/ready'), '/api/health/ready'],
  ['another VirtualService', other, '/api/health/x'],
])('tells an exact match beside a path that %s knows', (_, evidence, path) => {
  expect(told(route(health) + evidence)).toEqual([['info', exact, path]]);
});

it('tells a prefix with a slash at its end beside the path without', () => {
  expect(told(route('{prefix: /api/items/}') + policy('/api/items'))).toEqual([
    ['info', 'spec.http[0].match[0].uri.prefix', '/api/items'],
  ]);
});

it('is silent without evidence, where another route takes the path, and for paths that only look alike', () => {
  expect(told(route(health))).toEqual([]);
  expect(told(route(health, ', {route: [{destination: {host: cart}}]}') + policy('/api/health/*'))).toEqual([]);
  expect(told(route(health) + policy('/api/healthy'))).toEqual([]);
  expect(told(route(health) + policy('*'))).toEqual([]);
  expect(told(route(health) + policy('/api/health/*').replace('app: cart', 'app: catalog'))).toEqual([]);
});
