import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openArchive } from '../../../src/io/capture/archive.ts';
import { archiveSink } from '../../../src/io/capture/archive-sink.ts';
import { readCaptureState } from '../../../src/io/capture-source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const head = '{"format":"mesh-capture/v1"}';

/** An archive with entries of any name, as no tar command would write it. */
function archive(name: string, entries: [path: string, content: string, type?: 'File' | 'SymbolicLink'][]): string {
  const blocks = entries.flatMap(([path, content, type = 'File']) => {
    const bytes = Buffer.alloc(512);
    const size = type === 'File' ? content.length : 0;
    new Header({ path, size, type, linkpath: type === 'File' ? '' : content, mode: 0o644 }).encode(bytes);
    return size === 0 ? [bytes] : [bytes, Buffer.concat([Buffer.from(content), Buffer.alloc(512)]).subarray(0, 512)];
  });
  writeFileSync(join(folder, name), gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
  return join(folder, name);
}

it.each(['../capture.json', 'a/../../b', '/etc/passwd', 'C:/x', 'a\\..\\b'])('refuses the name %s', async (name) => {
  const file = archive('bad.tgz', [
    ['capture.json', head],
    [name, 'x'],
  ]);
  await expect(openArchive(file)).rejects.toThrow('leads out of it');
});

it('never follows a link', async () => {
  const file = archive('link.tgz', [
    ['capture.json', head],
    ['proxies/n/p/config_dump.json', '/etc/passwd', 'SymbolicLink'],
  ]);
  const files = await openArchive(file);
  expect(await files.list('proxies')).toEqual([]);
  await expect(files.read('proxies/n/p/config_dump.json')).rejects.toThrow('not in the archive');
});

it('reads what the tar command made of a directory, compressed or not, with its folder in front or not', async () => {
  const recording = 'fixtures/recordings/1.29/baseline';
  const whole = await readCaptureState(`${recording}/capture`);
  for (const [name, args] of [
    ['a.tar.gz', ['-czf', join(folder, 'a.tar.gz'), '-C', recording, 'capture']],
    ['b.tar', ['-cf', join(folder, 'b.tar'), '-C', `${recording}/capture`, '.']],
  ] as const) {
    execFileSync('tar', args);
    const state = await readCaptureState(join(folder, name));
    expect(state.skipped).toEqual([]);
    expect(state.resources.length).toBe(whole.resources.length);
    expect(await state.proxies[3]!.read()).toEqual(await whole.proxies[3]!.read());
  }
});

it('a name of any length comes back', async () => {
  const name = `proxies/${'n'.repeat(63)}/${'p'.repeat(253)}/config_dump.json`;
  const sink = await archiveSink(join(folder, 'long.tgz'));
  await sink.write('capture.json', Buffer.from(head));
  await sink.write(name, Buffer.from('{}'));
  await sink.finish();
  const files = await openArchive(join(folder, 'long.tgz'));
  expect((await files.read(name)).toString()).toBe('{}');
});

it.each([
  ['an empty file', Buffer.alloc(0)],
  ['no archive', Buffer.from('{"configs": []}'.repeat(100))],
  ['gzip of something else', gzipSync('hello')],
])('%s is named as what it is', async (_what, bytes) => {
  writeFileSync(join(folder, 'x.tgz'), bytes);
  await expect(readCaptureState(join(folder, 'x.tgz'))).rejects.toThrow(/x\.tgz: not an? /);
});

it('one that is cut off is no capture', async () => {
  const file = archive('cut.tgz', [
    ['capture.json', head],
    ['resources/pods.json', '{"items":[]}'],
  ]);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length - 12));
  await expect(readCaptureState(file)).rejects.toThrow('not a whole archive');
});

it('leaves no temporary file behind while it is used', async () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('kubectl-mesh-'));
  const files = await openArchive(archive('ok.tgz', [['capture.json', head]]));
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('kubectl-mesh-'))).toEqual(before);
  expect((await files.read('capture.json')).toString()).toBe(head);
});
