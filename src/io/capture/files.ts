import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a capture, wherever they lie: a directory, or an archive of one. Paths are relative and have `/`. */
export interface CaptureFiles {
  /** As the user named it, for messages. */
  name: string;
  /** Names inside a folder, sorted; none for what is a file. @throws where there is nothing of that name */
  list(folder: string): Promise<string[]>;
  /** @throws an error with code ENOENT where there is no such file */
  read(file: string): Promise<Buffer>;
}

export function directoryFiles(directory: string): CaptureFiles {
  return {
    name: directory,
    async list(folder) {
      const path = join(directory, folder);
      return (await stat(path)).isDirectory() ? (await readdir(path)).sort() : [];
    },
    read: (file) => readFile(join(directory, file)),
  };
}
