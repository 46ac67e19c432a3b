import { posix } from 'node:path';
import { SourceError } from './diagnostic.ts';
import { nearest } from './nearest.ts';

/** Whether `path` is `folder` or below it; '' is the root. */
export function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** Where paths that a user wrote start from. */
export interface PathBase {
  /** The repository's directory, for absolute paths. */
  root: string;
  /** The folder that the user stands in, below the root. */
  prefix: string;
}

/**
 * Finds the paths that a user named, from the folder that they stand in (as git does) or else from the root.
 *
 * @param files paths of all files
 * @returns paths from the root; '' is the root
 * @throws SourceError for a path without files
 */
export function resolvePaths(paths: readonly string[], base: PathBase, files: readonly string[]): string[] {
  return [...new Set(paths.map((path) => resolvePath(path, base, files)))];
}

function resolvePath(path: string, { root, prefix }: PathBase, files: readonly string[]): string {
  const plain = path.replaceAll('\\', '/');
  const absolute = plain === root || plain.startsWith(`${root}/`) ? plain.slice(root.length) : undefined;
  const candidates = absolute === undefined ? [posix.join(prefix, plain), posix.join('.', plain)] : [`.${absolute}`];
  for (const candidate of candidates) {
    const found = posix
      .normalize(candidate)
      .replace(/^\.?\/+|(?<!\/)\/+$/g, '')
      .replace(/^\.$/, '');
    if (!found.startsWith('../') && files.some((file) => isBelow(file, found))) return found;
  }
  throw new SourceError(`there is nothing at ${path} in the repository at this ref`, pathHint(plain, files));
}

function pathHint(path: string, files: readonly string[]): string {
  const folders = new Set<string>();
  for (const file of files) {
    for (let end = file.indexOf('/'); end >= 0; end = file.indexOf('/', end + 1)) folders.add(file.slice(0, end));
  }
  const near = nearest(path.replace(/^(\.?\/)+|(?<!\/)\/+$/g, ''), folders);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  const top = [...folders].filter((folder) => !folder.includes('/')).slice(0, 8);
  return top.length > 0 ? `folders there: ${top.join(', ')}` : 'the repository has no folders; leave --path out';
}
