import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const labelled = (revision: string): string =>
  manifest('VirtualService', 'cart', '{hosts: [cart], http: [{route: [{destination: {host: cart}}]}]}').replace(
    'metadata: {',
    `metadata: {labels: {istio.io/rev: ${revision}}, `,
  );
const canary = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod-canary, namespace: istio-system, labels: {app: istiod, istio.io/rev: canary}}
spec: {template: {spec: {containers: [{name: discovery}]}}}
`;
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true, environment: { REVISION: 'stable' } }).map(({ code, severity, field }) => [
    code,
    severity,
    field,
  ]);

it('tells an object of a revision that no istiod has, and not one of a canary that is there', () => {
  expect(told(labelled('old'))).toEqual([['MESH0191', 'warning', 'metadata.labels.istio.io/rev']]);
  expect(told(labelled('canary') + canary)).toEqual([]);
  expect(told(labelled('stable'))).toEqual([]);
});

it('says that a tag is no revision', () => {
  const webhook = `---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: tag, labels: {istio.io/rev: stable, istio.io/tag: prod}}
`;
  const [found] = findingsIn(labelled('prod') + webhook, { environment: { REVISION: 'stable' } });
  expect(found?.fix).toContain('istio.io/rev: stable');
});
