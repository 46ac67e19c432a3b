import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const mesh = { defaultProviders: { tracing: ['otel'] }, extensionProviders: [] };
const told = (yaml: string) =>
  findingsIn(yaml, { mesh })
    .filter(({ code }) => code !== 'MESH0184')
    .map(({ code, resource, field }) => `${code} ${resource} ${field}`);
const telemetry = (name: string, labels: string, rest: string, created: string, namespace = 'shop'): string =>
  manifest('Telemetry', name, `{${labels === '' ? '' : `selector: {matchLabels: ${labels}}, `}${rest}}`, {
    created,
    namespace,
  });
const cart = '{app: cart}';
const [older, younger] = ['2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'];
const log = (name: string, match = ''): string => `accessLogging: [{${match}providers: [{name: ${name}}]}]`;

it('tells fields of tracing and providers of access logs that a younger Telemetry replaces', () => {
  const sampling = (value: number): string => `tracing: [{randomSamplingPercentage: ${value}}]`;
  expect(
    told(telemetry('a', cart, sampling(1), older) + telemetry('b', '{version: v1}', sampling(2), younger)),
  ).toEqual(['MESH0201 Telemetry shop/a spec.tracing']);
  expect(told(telemetry('a', cart, log('x'), older) + telemetry('b', cart, log('y'), younger))).toEqual([
    'MESH0201 Telemetry shop/a spec.accessLogging',
  ]);
});

it('is silent for other fields, the same contents, other modes, other workloads and defaults', () => {
  const sampling = 'tracing: [{randomSamplingPercentage: 1}]';
  const tags = 'tracing: [{customTags: {a: {literal: {value: b}}}}]';
  expect(told(telemetry('a', cart, sampling, older) + telemetry('b', cart, tags, younger))).toEqual([]);
  expect(told(telemetry('a', cart, log('x'), older) + telemetry('b', cart, log('x'), younger))).toEqual([]);
  expect(told(telemetry('a', cart, log('x'), older) + telemetry('b', '{app: catalog}', log('y'), younger))).toEqual([]);
  expect(told(telemetry('a', '', log('x'), older) + telemetry('b', cart, log('y'), younger))).toEqual([]);
  const client = log('x', 'match: {mode: CLIENT}, ');
  const server = log('y', 'match: {mode: SERVER}, ');
  expect(told(telemetry('a', cart, client, older) + telemetry('b', cart, server, younger))).toEqual([]);
});

it('tells the younger of two Telemetries without a selector', () => {
  const two = (namespace: string): string =>
    telemetry('a', '', log('x'), older) + telemetry('b', '', log('y'), younger, namespace);
  expect(told(two('shop'))).toEqual(['MESH0187 Telemetry shop/b spec']);
  expect(told(two('istio-system'))).toEqual([]);
});
