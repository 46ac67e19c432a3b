import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { FileContent, Tree, TreeEntry } from '../source/tree.ts';
import { largestFile } from '../source/tree.ts';
import { runGit } from './git/run.ts';

/** Folders of a plain directory that never hold a team's own manifests. */
const passedBy = new Set(['.git', 'node_modules']);

/** A repository's work tree as it is: tracked files, and untracked ones that are not ignored. */
export function workTree(root: string): Tree {
  return {
    async list(paths, signal) {
      const args = [
        '--literal-pathspecs',
        'ls-files',
        '-z',
        '--cached',
        '--others',
        '--exclude-standard',
        '--deduplicate',
      ];
      const listed = await runGit([...args, '--', ...paths], { cwd: root, signal });
      const names = listed
        .toString('utf8')
        .split('\0')
        .filter((name) => name !== '');
      const limit = pLimit(64);
      const entries = await Promise.all(names.map((name) => limit(() => toEntry(root, name))));
      return entries.filter((entry) => entry !== undefined).sort(byPath);
    },
    read: (entries, signal) => readFiles(root, entries, signal),
  };
}

/** A directory that belongs to no repository. Symbolic links are not followed. */
export function directoryTree(root: string): Tree {
  const walk = async (folder: string): Promise<TreeEntry[]> => {
    const found = await readdir(join(root, folder), { withFileTypes: true });
    const nested = found.map(async (item): Promise<TreeEntry[]> => {
      const path = folder === '' ? item.name : `${folder}/${item.name}`;
      if (item.isDirectory()) return passedBy.has(item.name) ? [] : walk(path);
      if (item.isSymbolicLink()) return [{ path, kind: 'symlink' }];
      return item.isFile() ? [{ path, kind: 'file' }] : [];
    });
    return (await Promise.all(nested)).flat();
  };
  return {
    async list(paths) {
      const starts = paths.length > 0 ? paths : [''];
      const lists = starts.map(async (path): Promise<TreeEntry[]> => {
        const found = await lstat(join(root, path)).catch(() => undefined);
        if (found?.isFile()) return [{ path, kind: 'file' }];
        return found?.isDirectory() ? walk(path) : [];
      });
      const entries = new Map((await Promise.all(lists)).flat().map((entry) => [entry.path, entry]));
      return [...entries.values()].sort(byPath);
    },
    read: (entries, signal) => readFiles(root, entries, signal),
  };
}

/** What a listed name is on disk; undefined for a tracked file that was deleted. */
async function toEntry(root: string, name: string): Promise<TreeEntry | undefined> {
  const found = await lstat(join(root, name)).catch(() => undefined);
  // A name that is no UTF-8 cannot be written as text: such a file is told as one that is not read.
  if (!found) return name.includes('\ufffd') ? { path: name, kind: 'file' } : undefined;
  if (found.isSymbolicLink()) return { path: name, kind: 'symlink' };
  if (found.isDirectory()) return { path: name.replace(/\/$/, ''), kind: 'submodule' };
  return found.isFile() ? { path: name, kind: 'file' } : undefined;
}

async function readFiles(
  root: string,
  entries: readonly TreeEntry[],
  signal?: AbortSignal,
): Promise<Map<string, FileContent>> {
  const limit = pLimit(64);
  const read = async ({ path }: TreeEntry): Promise<[string, FileContent]> => {
    signal?.throwIfAborted();
    try {
      const found = await lstat(join(root, path));
      if (found.size > largestFile) return [path, { skipped: 'too large' }];
      return [path, { bytes: await readFile(join(root, path), { signal }) }];
    } catch (error) {
      signal?.throwIfAborted();
      return [path, { skipped: `unreadable: ${(error as NodeJS.ErrnoException).code ?? 'error'}` }];
    }
  };
  return new Map(await Promise.all(entries.map((entry) => limit(() => read(entry)))));
}

function byPath(a: TreeEntry, b: TreeEntry): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
