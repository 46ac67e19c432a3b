import { randomBytes } from 'node:crypto';
import { closeSync, createReadStream, openSync, read, rmSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { CaptureError } from './file.ts';
import type { CaptureFiles } from './files.ts';

const readAt = promisify(read);
/** No capture has as much; what unpacks to more is made to fill the disk. */
const most = 16 * 1024 ** 3;

/** Whether a capture of this name is an archive. */
export function isArchive(name: string): boolean {
  return /\.(?:tgz|tar\.gz|tar)$/i.test(name);
}

interface Place {
  start: number;
  size: number;
}

/**
 * Opens an archive of a capture. It is read once, as a stream, into one temporary file that has no name any more while
 * it is used: nothing of it is left behind, however the process ends, and no entry's name is ever a path on the disk.
 *
 * @throws CaptureError for what is no archive, is cut off, or has names that lead out of it
 */
export async function openArchive(file: string): Promise<CaptureFiles> {
  const fd = openNameless();
  try {
    const places = await unpack(file, fd);
    return archiveFiles(file, fd, places);
  } catch (error) {
    closeSync(fd);
    if (error instanceof CaptureError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CaptureError(
      file,
      code === 'ENOENT' ? 'there is no such file' : `not a whole archive: ${message}; take or copy it again`,
    );
  }
}

function openNameless(): number {
  const path = join(tmpdir(), `kubectl-mesh-${randomBytes(12).toString('hex')}`);
  const fd = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
  } catch {
    // A system that keeps the names of open files.
    process.once('exit', () => rmSync(path, { force: true }));
  }
  return fd;
}

async function unpack(file: string, fd: number): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  let at = 0;
  let seen = 0;
  const onReadEntry = (entry: ReadEntry): void => {
    seen++;
    const path = entry.type === 'File' || entry.type === 'OldFile' ? entry.path : undefined;
    // Folders are known by their files; links have no business in a capture.
    if (path === undefined) return void entry.resume();
    const name = safeName(path);
    if (name === undefined) {
      parser.abort(new Error(`the name ${JSON.stringify(path)} leads out of it`));
      return;
    }
    const place = { start: at, size: 0 };
    at += entry.size;
    if (at > most) return void parser.abort(new Error(`it unpacks to more than ${most} bytes`));
    entry.on('data', (chunk) => {
      writeSync(fd, chunk, 0, chunk.length, place.start + place.size);
      place.size += chunk.length;
    });
    // Of two entries of one name the later one holds, as in tar.
    entry.on('end', () => places.set(name, place));
  };
  const parser = new Parser({ strict: true, onReadEntry });
  const stream = createReadStream(file);
  const done = new Promise<void>((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
  });
  const feed = async (bytes: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of bytes) parser.write(chunk);
    parser.end();
  };
  const first = await firstBytes(file);
  const gzip = first[0] === 0x1f && first[1] === 0x8b;
  await Promise.all([gzip ? pipeline(stream, createGunzip(), feed) : pipeline(stream, feed), done]);
  if (seen === 0) throw new CaptureError(file, 'not an archive, or an empty one');
  return places;
}

async function firstBytes(file: string): Promise<Buffer> {
  const fd = openSync(file, 'r');
  const bytes = Buffer.alloc(2);
  await readAt(fd, bytes, 0, 2, 0);
  closeSync(fd);
  return bytes;
}

/** `./a/b` as `a/b`; undefined for a name that is absolute or has `..`, a drive or a backslash. */
function safeName(path: string): string | undefined {
  if (/^\/|\\|\0|^[A-Za-z]:/.test(path)) return undefined;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? undefined : parts.join('/');
}

function archiveFiles(file: string, fd: number, places: Map<string, Place>): CaptureFiles {
  // An archive of a directory has it in front of every name.
  const heads = [...places.keys()].filter((name) => /(?:^|\/)capture\.json$/.test(name));
  const [head] = heads.sort((a, b) => a.length - b.length);
  if (head === undefined) throw new CaptureError(file, 'not a capture: it has no capture.json');
  const root = head.slice(0, -'capture.json'.length);
  const folders = new Map<string, Set<string>>();
  for (const name of places.keys()) {
    if (!name.startsWith(root)) continue;
    const parts = name.slice(root.length).split('/');
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      folders.set(folder, (folders.get(folder) ?? new Set()).add(parts[depth]!));
    }
  }
  return {
    name: file,
    async list(folder) {
      const names = folders.get(folder);
      if (names) return [...names].sort();
      // Archives need not hold empty folders.
      if (places.has(root + folder) || /(^|\/)(istiod|proxies)$/.test(folder)) return [];
      throw missing(folder);
    },
    async read(name) {
      const place = places.get(root + name);
      if (!place) throw missing(name);
      const bytes = Buffer.allocUnsafe(place.size);
      for (let done = 0; done < place.size; ) {
        const { bytesRead } = await readAt(fd, bytes, done, place.size - done, place.start + done);
        if (bytesRead === 0) throw new Error('the temporary file was cut off');
        done += bytesRead;
      }
      return bytes;
    },
  };
}

function missing(name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${name}: not in the archive`), { code: 'ENOENT' });
}
