import { expect, it } from 'vitest';
import { EffectOracle } from '../../../src/app/drift/effect.ts';
import { gitDriftFindings } from '../../../src/app/drift/git-drift.ts';
import { differencesOf, objectDrifts } from '../../../src/app/drift/objects.ts';
import { applied, asWritten, withField } from '../../../src/app/drift/overlay.ts';
import { compileProxy } from '../../../src/compile/index.ts';
import { buildRegistry } from '../../../src/registry/index.ts';
import { toResource } from '../../../src/source/object.ts';
import { objectYaml } from '../../support/clusters.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf, podYaml } from '../../support/mesh.ts';

const route = (match: string) => {
  const yaml = manifest('VirtualService', 'a', `{hosts: [a], http: [{match: [${match}], timeout: 1s}]}`);
  const [resource] = inputOf(yaml).resources.filter(({ kind }) => kind === 'VirtualService');
  return resource!;
};

it('puts a switched field right by taking the other one away', () => {
  const [git, live] = [
    route('{uri: {prefix: /a}, ignoreUriCase: true}'),
    route('{uri: {exact: /a/b}, ignoreUriCase: true}'),
  ];
  const [difference, ...more] = differencesOf(git, live);
  expect(more).toEqual([]);
  expect(withField(live, difference!).spec).toEqual(git.spec);
  // What is live stays as it is.
  expect(live.spec).toEqual(route('{uri: {exact: /a/b}, ignoreUriCase: true}').spec);
});

it("takes labels that change what Istio does for Git's to have, though applying it leaves them", () => {
  const git = route('{uri: {prefix: /a}}');
  const metadata = { ...(git.object['metadata'] as object), labels: { 'istio.io/rev': 'canary', team: 'a' } };
  const live = toResource({ ...git.object, metadata }, 'api');
  expect(applied(git, live).metadata.labels).toEqual({ 'istio.io/rev': 'canary', team: 'a' });
  expect(asWritten(git, live).metadata.labels).toEqual({ team: 'a' });
});

it('tells a label of another revision as drift, with the proxies that lose the object', async () => {
  const service = objectYaml('Service', 'a', { clusterIP: '10.1.0.1', ports: [{ name: 'http', port: 80 }] });
  const git = route('{uri: {prefix: /a}}');
  const metadata = { ...(git.object['metadata'] as object), labels: { 'istio.io/rev': 'canary' } };
  const live = toResource({ ...git.object, metadata }, 'api');
  const input = inputOf(`${podYaml('shop/client')}${service}`, { environment: { REVISION: 'default' } });
  const state = { ...input, resources: [...input.resources, live] };
  const registry = buildRegistry(state);
  const oracle = new EffectOracle(state, registry.proxies, (proxy) => compileProxy(proxy, registry));
  const [drift] = objectDrifts([git], [live], () => true);
  const found = await gitDriftFindings(drift!, oracle);
  expect(found.map(({ severity, field, proxies }) => [severity, field, proxies])).toEqual([
    ['error', 'metadata.labels.istio.io/rev', ['shop/client']],
  ]);
});
