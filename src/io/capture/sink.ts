import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CaptureError } from './file.ts';

/** Where a capture is written to. Paths are relative and have `/`. */
export interface CaptureSink {
  /** Makes a folder that may stay empty. */
  folder(name: string): Promise<void>;
  /** Writes one file. Calls may overlap. */
  write(file: string, content: Buffer): Promise<void>;
  /** All was written. */
  finish(): Promise<void>;
  /** It was broken off: a file that is not whole is removed, a directory stays as it is. */
  abandon(): Promise<void>;
}

/**
 * A new or empty directory. Only the owner may read it: pods and dumps may tell more than everybody should know.
 *
 * @throws CaptureError where there is something in it
 */
export async function directorySink(directory: string): Promise<CaptureSink> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).length > 0) throw new CaptureError(directory, 'it is not empty; name a new directory');
  return {
    folder: async (name) => void (await mkdir(join(directory, name), { recursive: true, mode: 0o700 })),
    async write(file, content) {
      const path = join(directory, file);
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      await writeFile(path, content, { mode: 0o600 });
    },
    finish: async () => undefined,
    abandon: async () => undefined,
  };
}
