import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { archiveSink } from '../../../src/io/capture/archive-sink.ts';
import { redactObject } from '../../../src/io/capture/redact/object.ts';
import { directorySink } from '../../../src/io/capture/sink.ts';
import { writeCapture } from '../../../src/io/capture/write.ts';
import { readCaptureState } from '../../../src/io/capture-source.ts';
import type { Problem } from '../../../src/model/cluster-state.ts';
import { resourceKey } from '../../../src/model/resource.ts';

const recorded = 'fixtures/recordings/1.29/baseline/capture';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-capture-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sinks = { new: directorySink, 'new.tgz': archiveSink };

it.each(Object.entries(sinks))(
  'what is written to %s is read back the same, but for what is redacted',
  async (name, open) => {
    const state = await readCaptureState(recorded);
    const path = join(folder, name);
    const steps: number[] = [];
    const written = await writeCapture(state, await open(path), { onProgress: (done) => steps.push(done) });
    expect(written).toMatchObject({ resources: state.resources.length, proxies: 14, problems: [], leftOut: [] });
    expect(steps).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
    const again = await readCaptureState(path);
    const objects = new Map(again.resources.map((it) => [resourceKey(it), it.object]));
    expect(objects).toEqual(new Map(state.resources.map((it) => [resourceKey(it), redactObject(it.object)])));
    expect(again.takenAt).toBe(state.takenAt);
    expect(again.istiods).toEqual(state.istiods);
    expect(again.skipped).toEqual([]);
    expect(again.redacted).toEqual(['secrets']);
    expect(again.proxies.map(({ id }) => id)).toEqual(state.proxies.map(({ id }) => id));
    expect(await again.proxies[0]!.read()).toEqual(await state.proxies[0]!.read());
  },
);

it('a capture of bounded size holds one proxy of each workload first, and lists what it has not got', async () => {
  const state = await readCaptureState(recorded);
  const path = join(folder, 'small.tgz');
  const whole = await writeCapture({ ...state, proxies: [] }, await directorySink(join(folder, 'none')));
  // Room for the objects and some three proxies; a second pod of the first workload would be read after the others.
  const twins = state.proxies.map((proxy) => ({ ...proxy }));
  const maxBytes = whole.bytes + 650_000;
  const written = await writeCapture({ ...state, proxies: twins }, await archiveSink(path), {
    maxBytes,
    concurrency: 1,
  });
  expect(written.proxies).toBeGreaterThan(1);
  expect(written.proxies + written.leftOut.length).toBe(14);
  expect(written.bytes).toBeLessThan(maxBytes + 5000);
  const again = await readCaptureState(path);
  expect(again.proxies).toHaveLength(written.proxies);
  expect([...(again.leftOut?.keys() ?? [])]).toEqual(written.leftOut.map(({ what }) => what));
});

it.skipIf(process.platform === 'win32')('only the owner may read it', async () => {
  const state = await readCaptureState(recorded);
  await writeCapture({ ...state, proxies: [] }, await directorySink(join(folder, 'new')));
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'new', 'resources', 'pods.json')).mode & 0o777).toBe(0o600);
});

it('a proxy that cannot be read is named in the capture, and the others are written', async () => {
  const state = await readCaptureState(recorded);
  const problem: Problem = { code: 'timeout', message: 'no answer', advice: 'wait' };
  const broken = { ...state.proxies[0]!, read: async () => problem };
  const written = await writeCapture(
    { ...state, proxies: [broken, state.proxies[1]!] },
    await directorySink(join(folder, 'new')),
  );
  expect(written).toMatchObject({ proxies: 1, problems: [problem] });
  expect(JSON.parse(readFileSync(join(folder, 'new', 'capture.json'), 'utf8'))).toMatchObject({ problems: [problem] });
});

it('nothing is overwritten, and what was broken off is no capture', async () => {
  const state = await readCaptureState(recorded);
  const stop = new AbortController();
  const options = { signal: stop.signal, concurrency: 1, onProgress: () => stop.abort() };
  await expect(writeCapture(state, await directorySink(folder), options)).rejects.toThrow();
  await expect(readCaptureState(folder)).rejects.toThrow('capture.json');
  await expect(directorySink(folder)).rejects.toThrow('not empty');
});

it('an archive that was broken off leaves no file behind, and one that is there is not overwritten', async () => {
  const state = await readCaptureState(recorded);
  const stop = new AbortController();
  const options = { signal: stop.signal, concurrency: 1, onProgress: () => stop.abort() };
  const path = join(folder, 'new.tgz');
  await expect(writeCapture(state, await archiveSink(path), options)).rejects.toThrow();
  expect(readdirSync(folder)).toEqual([]);
  await writeCapture({ ...state, proxies: [] }, await archiveSink(path));
  expect(readdirSync(folder)).toEqual(['new.tgz']);
  await expect(archiveSink(path)).rejects.toThrow('exists already');
});
