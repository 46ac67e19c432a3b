import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { toRegistryInput } from '../../src/app/registry-input.ts';
import { compileProxy } from '../../src/compile/index.ts';
import { readCaptureState } from '../../src/io/capture-source.ts';
import { readCluster } from '../../src/io/kube/read-cluster.ts';
import { type ClusterState, isProblem } from '../../src/model/cluster-state.ts';
import { resourceKey } from '../../src/model/resource.ts';
import { buildRegistry } from '../../src/registry/index.ts';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const folder = 'fixtures/recordings/1.29/baseline/capture';
let served: ServedCapture;
let live: ClusterState;
let captured: ClusterState;

beforeAll(async () => {
  served = await serveCapture(folder);
  const state = await readCluster({ kubeconfig: served.api.kubeconfig(), env: {}, registry: true });
  if (isProblem(state)) throw new Error(state.message);
  live = state;
  captured = await readCaptureState(folder);
});
afterAll(() => served?.close());

it('a live cluster has the same objects as the capture of it', () => {
  const objects = (state: ClusterState) =>
    new Map(state.resources.map((resource) => [resourceKey(resource), resource.object]));
  expect(captured.resources.length).toBeGreaterThan(100);
  expect(objects(live)).toEqual(objects(captured));
  expect(live.skipped.every(({ reason }) => reason === 'not-served')).toBe(true);
});

it('and the same answers of proxies and istiod', async () => {
  expect(live.proxies.map(({ id }) => id)).toEqual(captured.proxies.map(({ id }) => id));
  for (const [index, proxy] of captured.proxies.entries()) {
    const [there, here] = await Promise.all([proxy.read(), live.proxies[index]!.read()]);
    if ('code' in here) throw new Error(here.message);
    const { release, ...answers } = here;
    release?.();
    expect(answers).toEqual(there);
  }
  expect(live.istiods).toMatchObject(
    captured.istiods.map(({ podName, version, syncz, mesh }) => ({ podName, version, syncz, mesh })),
  );
});

it('and all that is compiled of it, where fields that nobody reads are dropped', async () => {
  const trimmed = await readCluster({ kubeconfig: served.api.kubeconfig(), env: {} });
  if (isProblem(trimmed)) throw new Error(trimmed.message);
  const podOf = ({ resources }: ClusterState) =>
    JSON.stringify(resources.find(({ kind, metadata }) => kind === 'Pod' && metadata.name.startsWith('cart'))?.object);
  expect(podOf(trimmed).length).toBeLessThan(podOf(live).length * 0.7);
  const compiled = (state: ClusterState) => {
    const registry = buildRegistry(toRegistryInput(state));
    return registry.proxies.map((proxy) => [proxy.id, proxy.metadata, JSON.stringify(compileProxy(proxy, registry))]);
  };
  expect(compiled(trimmed)).toEqual(compiled(live));
});
