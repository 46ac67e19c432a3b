import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files written to a temporary directory; `remove` deletes it, and so does the end of the program. */
export interface Extraction {
  directory: string;
  remove(): Promise<void>;
}

/** Writes files of a tree to a directory of their own. A path that would lead out of it is left out. */
export async function extract(files: ReadonlyMap<string, Buffer | string>): Promise<Extraction> {
  const directory = await mkdtemp(join(tmpdir(), 'kubectl-mesh-render-'));
  const removeNow = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removeNow);
  const remove = async (): Promise<void> => {
    process.off('exit', removeNow);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const safe = [...files].filter(([path]) =>
      path.split('/').every((part) => !['', '.', '..', '.git'].includes(part)),
    );
    for (const folder of new Set(safe.map(([path]) => dirname(path))))
      await mkdir(join(directory, folder), { recursive: true });
    await Promise.all(safe.map(([path, content]) => writeFile(join(directory, path), content)));
  } catch (error) {
    await remove();
    throw error;
  }
  return { directory, remove };
}
