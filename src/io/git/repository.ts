import { stat } from 'node:fs/promises';
import { SourceError } from '../../source/diagnostic.ts';
import { GitFailure, runGit } from './run.ts';

/** A repository on this machine. */
export interface Repository {
  /** Directory to run git in: the top of the work tree, or the Git directory of a bare repository. */
  root: string;
  bare: boolean;
  shallow: boolean;
  /** Where `directory` was below the root: '' or `some/folder`. */
  prefix: string;
}

/**
 * Finds the repository that a directory is in: a work tree or any folder in it, a linked work tree, a bare repository,
 * a `.git` directory.
 *
 * @returns undefined where the directory belongs to no repository
 * @throws SourceError where it does not exist, or git refuses it
 */
export async function findRepository(directory: string, signal?: AbortSignal): Promise<Repository | undefined> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory())
    throw new SourceError(`there is no directory ${directory}`, 'name a local directory or a clone URL with --git');
  const ask = async (...questions: string[]): Promise<string[]> => {
    const answer = await runGit(['rev-parse', ...questions], { cwd: directory, signal });
    return answer.toString('utf8').split('\n');
  };
  try {
    const [bare, inGitDir, shallow, gitDir] = await ask(
      '--is-bare-repository',
      '--is-inside-git-dir',
      '--is-shallow-repository',
      '--absolute-git-dir',
    );
    if (bare === 'true' || inGitDir === 'true')
      return { root: gitDir as string, bare: true, shallow: shallow === 'true', prefix: '' };
    const [root, prefix] = await ask('--show-toplevel', '--show-prefix');
    return {
      root: root as string,
      bare: false,
      shallow: shallow === 'true',
      prefix: (prefix ?? '').replace(/\/$/, ''),
    };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    if (error.stderr.includes('not a git repository')) return undefined;
    if (error.stderr.includes('dubious ownership'))
      throw new SourceError(
        `git does not trust ${directory}: it belongs to another user`,
        `git config --global --add safe.directory ${directory}`,
      );
    throw new SourceError(`git cannot read ${directory}: ${error.message}`, 'check the repository with git status');
  }
}

/** Whether the repository around a directory ignores it. */
export async function isIgnored(directory: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await runGit(['check-ignore', '--quiet', '--', directory], { cwd: directory, signal });
    return true;
  } catch (error) {
    if (error instanceof GitFailure) return false;
    throw error;
  }
}
