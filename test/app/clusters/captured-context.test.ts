import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readMesh } from '../../../src/app/clusters/read.ts';
import { captureOfTwo } from '../../support/mesh-of-two.ts';

const { signal } = new AbortController();
const recording = 'fixtures/recordings/1.29/drift-several/capture';

/** The recording as a capture that tells where it was taken. */
function takenAt(origin: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mesh-context-'));
  for (const name of ['resources', 'istiod', 'proxies']) symlinkSync(resolve(recording, name), join(folder, name));
  writeFileSync(join(folder, 'capture.json'), JSON.stringify({ format: 'mesh-capture/v1', origin }));
  return folder;
}

const read = async (capture: string, context: string[]) => (await readMesh({ capture, context }, signal)).states.length;

it('a capture of one cluster is read with the context that it was taken with, and with no other', async () => {
  const capture = takenAt('context east (https://127.0.0.1:6443)');
  expect(await read(capture, ['east'])).toBe(1);
  for (const contexts of [['wets'], ['east', 'wets']])
    await expect(read(capture, contexts)).rejects.toThrow(
      /^there is no cluster "wets" in .*: it is a capture of one cluster, taken with context east; leave out --context$/,
    );
});

it('a capture that does not tell its context is read without one', async () => {
  await expect(read(recording, ['east'])).rejects.toThrow(/a capture of one cluster, which has no name; leave out/);
});

it('a capture of several clusters names them', async () => {
  const capture = captureOfTwo({ reads: ['east', 'west'] }, { reads: ['east', 'west'] });
  expect(await read(capture, ['west'])).toBe(1);
  for (const contexts of [['north'], ['east', 'north']])
    await expect(read(capture, contexts)).rejects.toThrow('there is no cluster "north"');
  await expect(read(capture, ['north'])).rejects.toThrow('there are east, west');
});
