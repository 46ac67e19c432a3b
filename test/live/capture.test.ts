import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runCapture } from '../../src/app/run-capture.ts';
import { runDrift } from '../../src/app/run-drift.ts';
import { redactObject } from '../../src/io/capture/redact/object.ts';
import { readCaptureState } from '../../src/io/capture-source.ts';
import { type ClusterState, isProblem } from '../../src/model/cluster-state.ts';
import { resourceKey } from '../../src/model/resource.ts';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const recorded = 'fixtures/recordings/1.29/baseline/capture';
const { signal } = new AbortController();
const nothing = () => undefined;
let folder: string;
let served: ServedCapture;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-capture-'));
  served = await serveCapture(recorded);
});
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each(['whole', 'whole.tgz'])('%s of a cluster is the capture that the cluster was served from', async (name) => {
  const directory = join(folder, name);
  const { lines, code } = await runCapture({ kubeconfig: served.api.kubeconfig() }, directory, signal, nothing);
  expect(lines).toEqual([expect.stringMatching(/^wrote \d+ objects and 14 of 14 proxies to /)]);
  expect(code).toBe(0);
  const [written, original] = await Promise.all([readCaptureState(directory), readCaptureState(recorded)]);
  const objects = ({ resources }: ClusterState) =>
    new Map(resources.map((it) => [resourceKey(it), redactObject(it.object)]));
  expect(objects(written)).toEqual(objects(original));
  expect(written.istiods).toEqual(original.istiods);
  for (const [index, proxy] of original.proxies.entries())
    expect(await written.proxies[index]!.read()).toEqual(await proxy.read());
});

it('a proxy that does not answer is said, and the run is not complete', async () => {
  const id = [...served.api.forwards.keys()].find((key) => key.startsWith('shop/frontend'))!;
  served.api.forwards.set(id, { refuse: 'connection refused' });
  const directory = join(folder, 'part');
  const flags = { kubeconfig: served.api.kubeconfig(), namespace: 'shop' };
  const { lines, code } = await runCapture(flags, directory, signal, nothing);
  expect(lines[0]).toMatch(/^warning: shop\/frontend.*connection refused/);
  expect(code).toBe(2);
  const state = await readCaptureState(directory);
  expect(state.proxies.length).toBeGreaterThan(0);
  const answers = await Promise.all(state.proxies.map((proxy) => proxy.read()));
  expect(answers.filter(isProblem)).toEqual([]);
});

it('drift finds in an archive of a cluster what it finds in the cluster', async () => {
  const recording = 'fixtures/recordings/1.29/drift-several';
  const live = await serveCapture(`${recording}/capture`);
  const archive = join(folder, 'several.tgz');
  await runCapture({ kubeconfig: live.api.kubeconfig() }, archive, signal, nothing);
  await live.close();
  const git = { ref: 'WORKTREE', path: [`${recording}/git`] };
  const drift = async (capture: string) => (await runDrift({ ...git, capture }, '0', signal, nothing)).report.findings;
  const [replayed, original] = [await drift(archive), await drift(`${recording}/capture`)];
  expect(original.length).toBeGreaterThan(0);
  expect(replayed).toEqual(original);
});
