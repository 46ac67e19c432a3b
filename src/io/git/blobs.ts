import type { FileContent } from '../../source/tree.ts';
import { largestFile } from '../../source/tree.ts';
import { runGit } from './run.ts';

/**
 * Reads many blobs with one `git cat-file --batch`. Content above the size limit is dropped as it streams by.
 *
 * @returns content by object id; an id that the repository does not hold (a partial clone) says so
 */
export async function readBlobs(
  root: string,
  oids: Iterable<string>,
  signal?: AbortSignal,
): Promise<Map<string, FileContent>> {
  const wanted = [...new Set(oids)];
  const contents = new Map<string, FileContent>();
  if (wanted.length === 0) return contents;
  const reader = batchReader((oid, content) => contents.set(oid, content));
  const input = `${wanted.join('\n')}\n`;
  await runGit(['cat-file', '--batch', '--buffer'], { cwd: root, signal, input, onData: reader });
  return contents;
}

/** Splits the stream of `<oid> <type> <size>\n<content>\n` and `<oid> missing\n`. */
function batchReader(found: (oid: string, content: FileContent) => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let current: { oid: string; left: number; keep: boolean; parts: Buffer[] } | undefined;

  const startOf = (line: string): void => {
    const [oid = '', type, size = '0'] = line.split(' ');
    if (type === 'missing') found(oid, { skipped: 'not in this partial clone, or too large' });
    // One byte more than the size: the newline that ends the content.
    else current = { oid, left: Number(size) + 1, keep: Number(size) <= largestFile, parts: [] };
  };
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (!current) {
        const end = rest.indexOf(10);
        if (end < 0) {
          header = Buffer.concat([header, rest]);
          return;
        }
        startOf(Buffer.concat([header, rest.subarray(0, end)]).toString('latin1'));
        header = Buffer.alloc(0);
        rest = rest.subarray(end + 1);
        continue;
      }
      const part = rest.subarray(0, current.left);
      if (current.keep) current.parts.push(part);
      current.left -= part.length;
      rest = rest.subarray(part.length);
      if (current.left > 0) continue;
      const { oid, keep, parts } = current;
      found(oid, keep ? { bytes: Buffer.concat(parts).subarray(0, -1) } : { skipped: 'too large' });
      current = undefined;
    }
  };
}
