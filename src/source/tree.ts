/** An entry of a source tree that the program may read, or says why it does not. */
export interface TreeEntry {
  /** From the root of the repository, with `/`. */
  path: string;
  kind: 'file' | 'symlink' | 'submodule';
  /** Git's object id; none for files of a work tree. */
  oid?: string;
}

export type FileContent = { bytes: Buffer } | { skipped: string };

/** One state of a repository's files: a commit's tree, or a directory as it is. */
export interface Tree {
  /** All entries below `paths` (from the root; none: everything), in the order of their paths. */
  list(paths: readonly string[], signal?: AbortSignal): Promise<TreeEntry[]>;
  /** The content of files by path; what is too large or absent says so. */
  read(entries: readonly TreeEntry[], signal?: AbortSignal): Promise<Map<string, FileContent>>;
}

/** Files above this are no manifests (etcd takes objects of 1.5 MB; a file may hold many). */
export const largestFile = 16 * 1024 * 1024;

/** Why a text is not read that `>` of PowerShell wrote, which Git takes for binary. */
export const utf16 = 'UTF-16, not UTF-8';

function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** A file's text as UTF-8; a NUL byte among the first 8,000 marks a binary file, as in Git. */
export function decode(content: FileContent | undefined): { text: string } | { skipped: string } {
  if (!content) return { skipped: 'absent' };
  if ('skipped' in content) return content;
  if (isUtf16(content.bytes)) return { skipped: utf16 };
  if (content.bytes.subarray(0, 8000).includes(0)) return { skipped: 'binary' };
  return { text: content.bytes.toString('utf8').replace(/^\uFEFF/, '') };
}
