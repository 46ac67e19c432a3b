import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeCapture } from '../../../src/io/capture/write.ts';
import { readCaptureState } from '../../../src/io/capture-source.ts';
import type { ClusterState, Problem } from '../../../src/model/cluster-state.ts';
import { resourceKey } from '../../../src/model/resource.ts';

const recorded = 'fixtures/recordings/1.29/baseline/capture';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-capture-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('what is written is read back the same', async () => {
  const state = await readCaptureState(recorded);
  const steps: number[] = [];
  const written = await writeCapture(state, join(folder, 'new'), { onProgress: (done) => steps.push(done) });
  expect(written).toEqual({ resources: state.resources.length, proxies: 14, problems: [] });
  expect(steps).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
  const again = await readCaptureState(join(folder, 'new'));
  const objects = ({ resources }: ClusterState) => new Map(resources.map((it) => [resourceKey(it), it.object]));
  expect(objects(again)).toEqual(objects(state));
  expect(again.takenAt).toBe(state.takenAt);
  expect(again.istiods).toEqual(state.istiods);
  expect(again.skipped).toEqual([]);
  expect(again.proxies.map(({ id }) => id)).toEqual(state.proxies.map(({ id }) => id));
  expect(await again.proxies[0]!.read()).toEqual(await state.proxies[0]!.read());
});

it.skipIf(process.platform === 'win32')('only the owner may read it', async () => {
  const state = await readCaptureState(recorded);
  await writeCapture({ ...state, proxies: [] }, join(folder, 'new'));
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'new', 'resources', 'pods.json')).mode & 0o777).toBe(0o600);
});

it('a proxy that cannot be read is named in the capture, and the others are written', async () => {
  const state = await readCaptureState(recorded);
  const problem: Problem = { code: 'timeout', message: 'no answer', advice: 'wait' };
  const broken = { ...state.proxies[0]!, read: async () => problem };
  const written = await writeCapture({ ...state, proxies: [broken, state.proxies[1]!] }, join(folder, 'new'));
  expect(written).toMatchObject({ proxies: 1, problems: [problem] });
  expect(JSON.parse(readFileSync(join(folder, 'new', 'capture.json'), 'utf8'))).toMatchObject({ problems: [problem] });
});

it('nothing is overwritten, and what was broken off is no capture', async () => {
  const state = await readCaptureState(recorded);
  const stop = new AbortController();
  const options = { signal: stop.signal, concurrency: 1, onProgress: () => stop.abort() };
  await expect(writeCapture(state, folder, options)).rejects.toThrow();
  await expect(readCaptureState(folder)).rejects.toThrow('capture.json');
  await expect(writeCapture(state, folder)).rejects.toThrow('not empty');
});
