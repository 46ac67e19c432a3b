import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { archiveSink } from '../../../src/io/capture/archive-sink.ts';
import { directorySink } from '../../../src/io/capture/sink.ts';
import { writeSeveral } from '../../../src/io/capture/write-several.ts';
import { readCaptureState, readCaptureStates } from '../../../src/io/capture-source.ts';
import type { ClusterState } from '../../../src/model/cluster-state.ts';

const recorded = (name: string) => readCaptureState(`fixtures/recordings/1.29/${name}/capture`);
const contexts = ['arn:aws:eks:eu:1:cluster/shop', 'west'];
let folder: string;
let states: { name: string; state: ClusterState }[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-capture-'));
  const [first, second] = await Promise.all([recorded('baseline'), recorded('fault-stale-one')]);
  states = [
    { name: contexts[0]!, state: { ...first, proxies: first.proxies.slice(0, 2) } },
    { name: contexts[1]!, state: second },
  ];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each(Object.entries({ new: directorySink, 'new.tgz': archiveSink }))(
  'several clusters are read back from %s under their names, each by itself',
  async (name, open) => {
    const path = join(folder, name);
    const steps: number[][] = [];
    const onProgress = (...step: number[]) => void steps.push(step);
    const unread = new Map([['north', 'no route to host']]);
    const written = await writeSeveral(states, unread, await open(path), { onProgress });
    expect(written.map(({ proxies }) => proxies)).toEqual(states.map(({ state }) => state.proxies.length));
    const total = states.reduce((sum, { state }) => sum + state.proxies.length, 0);
    expect(steps).toEqual(Array.from({ length: total }, (_, index) => [index + 1, total]));
    const { states: again, unread: gone } = await readCaptureStates(path);
    expect(gone).toEqual([{ name: 'north', reason: 'no route to host' }]);
    expect(again.map((it) => it.name)).toEqual(contexts);
    for (const [index, { state }] of states.entries()) {
      const read = again[index]!.state;
      expect(read.skipped).toEqual([]);
      expect(read.resources).toHaveLength(state.resources.length);
      expect(read.istiods.map(({ syncz }) => syncz?.length)).toEqual(state.istiods.map(({ syncz }) => syncz?.length));
      expect(read.proxies.map(({ id }) => id)).toEqual(state.proxies.map(({ id }) => id));
      expect(await read.proxies[0]!.read()).toMatchObject({ configDump: expect.any(Buffer) });
    }
    await expect(readCaptureState(path)).rejects.toThrow('holds several clusters');
  },
);

it('the room is shared, so that the last cluster has some too', async () => {
  const path = join(folder, 'small');
  const objects = await Promise.all(
    states.map(async ({ name, state }) => {
      const none = { name, state: { ...state, proxies: [] } };
      return (
        await writeSeveral([none], new Map(), await directorySink(join(folder, name.length + name.slice(0, 1))))
      )[0]!.bytes;
    }),
  );
  const maxBytes = 2 * Math.max(...objects) + 1_500_000;
  const written = await writeSeveral(states, new Map(), await directorySink(path), { maxBytes, concurrency: 1 });
  expect(written[1]!.proxies).toBeGreaterThan(0);
  expect(written.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(maxBytes + 10_000);
});

it('a folder that leads out of the capture is refused', async () => {
  const path = join(folder, 'odd');
  await writeSeveral(states, new Map(), await directorySink(path));
  const head = JSON.parse(readFileSync(join(path, 'capture.json'), 'utf8'));
  for (const bad of ['..', '../../etc', 'a/b', '']) {
    head.clusters[0].folder = bad;
    writeFileSync(join(path, 'capture.json'), JSON.stringify(head));
    await expect(readCaptureStates(path)).rejects.toThrow('no name of a folder');
  }
  writeFileSync(join(path, 'capture.json'), JSON.stringify({ ...head, clusters: [] }));
  await expect(readCaptureStates(path)).rejects.toThrow('names no cluster');
  writeFileSync(join(path, 'capture.json'), JSON.stringify({ ...head, format: 'mesh-capture/v3' }));
  await expect(readCaptureStates(path)).rejects.toThrow('use a newer one');
});
