import { resolve } from 'node:path';
import { directoryTree, workTree } from '../../io/files.ts';
import { fetchCommit, isCloneUrl } from '../../io/git/clone.ts';
import { resolveRef } from '../../io/git/ref.ts';
import { findRepository, isIgnored, type Repository } from '../../io/git/repository.ts';
import { withoutCredentials } from '../../io/git/run.ts';
import { commitTree } from '../../io/git/tree.ts';
import { SourceError } from '../../source/diagnostic.ts';
import type { Tree } from '../../source/tree.ts';
import type { DesiredOptions } from './types.ts';

/** The value of `--ref` that reads files as they are on disk. */
const worktreeRef = 'WORKTREE';

/** One state of a repository, ready to be read. */
export interface Source {
  tree: Tree;
  repository: string;
  ref: string;
  commit: string;
  /** Where the named directory is below the root. */
  prefix: string;
  /** Set where earlier commits are at hand. */
  history?: Repository;
  /** Whether `close` takes the files away. */
  temporary: boolean;
  /** Removes what was fetched. */
  close(): Promise<void>;
}

const nothing = async (): Promise<void> => {};

/**
 * Finds what `--git` and `--ref` name: a clone URL, a local repository, or a plain directory.
 *
 * @throws SourceError with what to do, where there is no such repository, directory or ref
 */
export async function openSource(options: DesiredOptions, signal?: AbortSignal): Promise<Source> {
  const { git = '.', ref = 'HEAD' } = options;
  if (isCloneUrl(git)) return openUrl(git, ref, signal);
  const directory = resolve(options.cwd, git);
  const repository = await findRepository(directory, signal);
  if (ref === worktreeRef) return openFiles(directory, repository, options.git !== undefined, signal);
  if (!repository)
    throw new SourceError(
      `${directory} is in no Git repository`,
      options.git === undefined
        ? 'name a repository with --git, or read the files as they are with --ref WORKTREE'
        : 'name another one with --git, or read the files as they are with --ref WORKTREE',
    );
  const found = await resolveRef(repository, ref, signal);
  const { root, prefix } = repository;
  const tree = commitTree(root, found.commit);
  return { tree, repository: root, ...found, prefix, history: repository, temporary: false, close: nothing };
}

async function openUrl(url: string, ref: string, signal?: AbortSignal): Promise<Source> {
  if (ref === worktreeRef)
    throw new SourceError('a clone URL has no work tree', 'name a branch, a tag or a commit with --ref');
  const { repository, commit, remove } = await fetchCommit(url, ref, signal);
  const tree = commitTree(repository.root, commit);
  return { tree, repository: withoutCredentials(url), ref, commit, prefix: '', temporary: true, close: remove };
}

async function openFiles(
  directory: string,
  repository: Repository | undefined,
  named: boolean,
  signal?: AbortSignal,
): Promise<Source> {
  const files = { ref: worktreeRef, commit: '', temporary: false, close: nothing };
  // A folder that its repository ignores is read for itself when it was asked for by name.
  if (!repository || (named && repository.prefix !== '' && (await isIgnored(directory, signal))))
    return { ...files, tree: directoryTree(directory), repository: directory, prefix: '' };
  if (repository.bare)
    throw new SourceError(`${directory} is bare and has no work tree`, 'name a branch, a tag or a commit with --ref');
  const { root, prefix } = repository;
  return { ...files, tree: workTree(root), repository: root, prefix, history: repository };
}
