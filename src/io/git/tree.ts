import type { FileContent, Tree, TreeEntry } from '../../source/tree.ts';
import { readBlobs } from './blobs.ts';
import { runGit } from './run.ts';

/** The tree of one commit, read from the object database: nothing is checked out. */
export function commitTree(root: string, commit: string): Tree {
  return {
    async list(paths, signal) {
      const args = ['ls-tree', '-r', '-z', '--full-tree', commit];
      // Names are literal here: ls-tree takes no patterns, and `--` keeps a leading dash from being an option.
      if (paths.length > 0) args.push('--', ...paths);
      const listed = await runGit(args, { cwd: root, signal });
      return listed
        .toString('utf8')
        .split('\0')
        .filter((line) => line !== '')
        .map(toEntry);
    },
    async read(entries, signal) {
      const blobs = await readBlobs(
        root,
        entries.flatMap(({ oid }) => oid ?? []),
        signal,
      );
      const absent: FileContent = { skipped: 'unreadable' };
      return new Map(entries.map(({ path, oid }) => [path, blobs.get(oid ?? '') ?? absent]));
    },
  };
}

/** `<mode> <type> <oid>\t<path>` */
function toEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode, , oid] = line.slice(0, tab).split(' ');
  const kind = mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : 'file';
  return { path: line.slice(tab + 1), kind, oid };
}
