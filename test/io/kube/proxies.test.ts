import { expect, it } from 'vitest';
import { podId, selectProxies } from '../../../src/io/kube/proxies.ts';
import { isProblem } from '../../../src/model/cluster-state.ts';
import { toResource } from '../../../src/source/object.ts';
import { pod, sidecarPod } from '../../support/api-server/objects.ts';

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const nativeSidecar = {
  ...pod('shop', 'native', {}, ['app']),
  spec: { containers: [{ name: 'app' }], initContainers: [{ name: 'istio-proxy', restartPolicy: 'Always' }] },
};
const ztunnel = {
  ...pod('istio-system', 'ztunnel-x', {}, []),
  spec: { containers: [{ name: 'istio-proxy', args: ['proxy', 'ztunnel'] }] },
};
const ended = (phase: string) => ({ ...sidecarPod('shop', phase.toLowerCase()), status: { phase } });
const leaving = sidecarPod('shop', 'leaving');
Object.assign(leaving['metadata'] as object, { deletionTimestamp: '2026-01-01T00:00:00Z' });

const resources = [
  namespace('shop'),
  namespace('pay'),
  sidecarPod('shop', 'web'),
  pod('shop', 'plain', {}, ['app']),
  nativeSidecar,
  ended('Succeeded'),
  ended('Failed'),
  ended('Pending'),
  leaving,
  ztunnel,
  sidecarPod('pay', 'ledger'),
].map((object) => toResource(object, 'api'));

it('finds every pod with a proxy that may run, a native sidecar too', () => {
  const pods = selectProxies(resources, {});
  if (isProblem(pods)) throw new Error(pods.message);
  expect(pods.map(podId)).toEqual(['pay/ledger', 'shop/native', 'shop/pending', 'shop/web']);
});

it.each([
  [{ namespace: 'shpo' }, 'there is no namespace shpo', 'shop'],
  [{ proxies: ['shop/leaving'] }, 'pod shop/leaving has no running proxy', 'being deleted'],
  [{ proxies: ['shop/wen'] }, 'there is no pod shop/wen', 'shop/web'],
  [{ proxies: ['web'] }, 'there is no pod default/web', 'kubectl get pods'],
])('says what is wrong with %j', (selection, message, advice) => {
  expect(selectProxies(resources, selection)).toMatchObject({ message, advice: expect.stringContaining(advice) });
});
