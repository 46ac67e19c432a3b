import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const told = (yaml: string) =>
  findingsIn(yaml).map(({ code, severity, resource, field }) => `${code} ${severity} ${resource} ${field}`);
const jwt = (labels: string, namespace = 'shop'): string =>
  manifest('RequestAuthentication', 'jwt', `{selector: {matchLabels: ${labels}}, jwtRules: [{issuer: a}]}`, {
    namespace,
  });
const sidecar = (labels: string, namespace = 'shop'): string =>
  manifest('Sidecar', 'some', `{workloadSelector: {labels: ${labels}}, egress: [{hosts: ["*/*"]}]}`, { namespace });

it('tells selectors that no pod has the labels of', () => {
  expect(told(jwt('{app: crat}'))).toEqual([
    'MESH0203 warning RequestAuthentication shop/jwt spec.selector.matchLabels',
  ]);
  expect(told(sidecar('{app: crat}'))).toEqual(['MESH0203 warning Sidecar shop/some spec.workloadSelector.labels']);
  const rule = '{host: cart, workloadSelector: {matchLabels: {app: crat}}, trafficPolicy: {tls: {mode: DISABLE}}}';
  expect(told(manifest('DestinationRule', 'cart', rule))).toEqual([
    'MESH0203 warning DestinationRule shop/cart spec.workloadSelector.matchLabels',
  ]);
});

it('tells a Sidecar of the root namespace that selects pods of others, and no RequestAuthentication', () => {
  expect(told(sidecar('{app: cart}', 'istio-system'))).toEqual([
    'MESH0203 warning Sidecar istio-system/some spec.workloadSelector.labels',
  ]);
  expect(told(jwt('{app: cart}', 'istio-system'))).toEqual([]);
});

it('is silent for selected pods, no labels, and workloads that run no pod now', () => {
  expect(told(jwt('{app: cart}'))).toEqual([]);
  expect(told(sidecar('{}'))).toEqual([]);
  const deployment = manifest('Deployment', 'crat', '{replicas: 0, template: {metadata: {labels: {app: crat}}}}');
  expect(told(jwt('{app: crat}') + deployment)).toEqual([]);
  const group = manifest('WorkloadGroup', 'vm', '{metadata: {labels: {app: crat}}, template: {}}');
  expect(told(jwt('{app: crat}') + group)).toEqual([]);
});
