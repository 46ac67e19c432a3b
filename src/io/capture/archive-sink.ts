import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Header, Pax } from 'tar';
import { CaptureError } from './file.ts';
import type { CaptureSink } from './sink.ts';

const block = 512;

/**
 * A new `.tgz`, written as a stream: nothing but the file under way is in memory. It has another name until it is
 * whole, so that one that was broken off is never taken for a capture.
 *
 * @throws CaptureError where a file of the name is there already
 */
export async function archiveSink(file: string, now = new Date()): Promise<CaptureSink> {
  const partial = `${file}.part`;
  const exists = await open(file, 'r').then(
    (handle) => handle.close().then(() => true),
    () => false,
  );
  if (exists) throw new CaptureError(file, 'it exists already; name a new file');
  const gzip = createGzip();
  const output = gzip.pipe(createWriteStream(partial, { mode: 0o600 }));
  const ended = finished(output);
  // An error of the disk is told by whoever writes next; until then it must not end the process.
  ended.catch(() => undefined);
  let last: Promise<void> = Promise.resolve();
  const put = async (bytes: Buffer): Promise<void> => {
    if (output.errored) throw output.errored;
    if (!gzip.write(bytes)) await Promise.race([once(gzip, 'drain'), ended]);
  };
  const writeEntry = async (path: string, content: Buffer): Promise<void> => {
    for (const part of header(path, content.length, now)) await put(part);
    await put(content);
    const rest = content.length % block;
    if (rest > 0) await put(Buffer.alloc(block - rest));
  };
  return {
    // Folders are known by their files.
    folder: async () => undefined,
    // One entry after the other, however many proxies are read at once.
    write(path, content) {
      const written = last.then(() => writeEntry(path, content));
      last = written.catch(() => undefined);
      return written;
    },
    async finish() {
      await last;
      gzip.end(Buffer.alloc(2 * block));
      await ended;
      await rename(partial, file);
    },
    async abandon() {
      output.destroy();
      gzip.destroy();
      await rm(partial, { force: true });
    },
  };
}

/** A name that does not fit into 256 bytes has a pax header before its own (POSIX.1-2001). */
function header(path: string, size: number, mtime: Date): Buffer[] {
  const fields = { path, size, mtime, mode: 0o600, type: 'File' as const, uid: 0, gid: 0 };
  const own = new Header(fields);
  const bytes = Buffer.alloc(block);
  return own.encode(bytes) ? [new Pax({ path, size, mtime }).encode(), bytes] : [bytes];
}
