import { expect, it } from 'vitest';
import { EffectOracle } from '../../../src/app/drift/effect.ts';
import { gitDriftFindings } from '../../../src/app/drift/git-drift.ts';
import { JointEffects } from '../../../src/app/drift/joint-effects.ts';
import { objectDrifts } from '../../../src/app/drift/objects.ts';
import { compileProxy } from '../../../src/compile/index.ts';
import { buildRegistry } from '../../../src/registry/index.ts';
import { objectYaml } from '../../support/clusters.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf, podYaml } from '../../support/mesh.ts';

const mesh = [
  podYaml('edge/gate', { labels: { istio: 'ingress' }, addresses: ['10.0.0.99'], gateway: true }),
  podYaml('shop/client', { addresses: ['10.0.0.9'] }),
  objectYaml('Service', 'cart', { clusterIP: '10.1.0.1', ports: [{ name: 'http', port: 80 }] }),
].join('');
const gateway = manifest(
  'Gateway',
  'public',
  '{selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example]}]}',
  { namespace: 'edge' },
);
const site = (host: string): string =>
  manifest(
    'VirtualService',
    'www',
    `{hosts: [${host}], gateways: [edge/public], http: [{route: [{destination: {host: cart}}]}]}`,
  );
const inside = (retries: string): string =>
  manifest(
    'VirtualService',
    'cart',
    `{hosts: [cart], http: [{retries: {${retries}}, route: [{destination: {host: cart}}]}]}`,
  );

/** What is told of the drift between two texts, field and severity and proxies. */
async function told(git: string, live: string) {
  const own = (yaml: string) => inputOf(yaml).resources.filter(({ group }) => group.endsWith('.istio.io'));
  const input = inputOf(`${mesh}${live}`);
  const registry = buildRegistry(input);
  const oracle = new EffectOracle(input, registry.proxies, (proxy) => compileProxy(proxy, registry));
  const together = new JointEffects(input, own(git), new Set(registry.proxies.map(({ id }) => id)));
  const found = [];
  for (const drift of objectDrifts(own(git), own(live), () => true))
    for (const finding of await gitDriftFindings(drift, oracle)) found.push(await together.of(finding, drift, false));
  return found.map(({ severity, resource, field, proxies }) => [severity, `${resource} ${field}`.trim(), proxies]);
}

it('counts a VirtualService for what it does, though its Gateway is missing, too', async () => {
  expect(await told(gateway + site('a.example'), '')).toEqual([
    ['error', 'Gateway edge/public', ['edge/gate']],
    ['error', 'VirtualService shop/www', ['edge/gate']],
  ]);
});

it('warns of one that would be in no proxy with all the rest', async () => {
  expect(await told(gateway + site('b.example'), '')).toEqual([
    ['error', 'Gateway edge/public', ['edge/gate']],
    ['warning', 'VirtualService shop/www', []],
  ]);
});

it('counts a field that does something with another one only', async () => {
  const found = await told(inside('attempts: 3, perTryTimeout: 2s'), inside('attempts: 0'));
  expect(found).toEqual([
    ['error', 'VirtualService shop/cart spec.http[0].retries.attempts', ['shop/client']],
    ['error', 'VirtualService shop/cart spec.http[0].retries.perTryTimeout', ['shop/client']],
  ]);
});
