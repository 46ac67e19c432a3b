import { SourceError } from '../../source/diagnostic.ts';
import { nearest } from '../../source/nearest.ts';
import type { Repository } from './repository.ts';
import { GitFailure, runGit } from './run.ts';

/**
 * The commit that a ref names: a branch, a tag, a commit id, `HEAD~2`, `main@{yesterday}`; a branch that only the
 * remote has is found too.
 *
 * @returns the commit's full id, and the ref as it was found (`origin/main` for a remote's `main`)
 * @throws SourceError for a ref that does not exist, with what is near to it
 */
export async function resolveRef(
  repository: Repository,
  ref: string,
  signal?: AbortSignal,
): Promise<{ commit: string; ref: string }> {
  refuseOption(ref);
  const parse = async (name: string): Promise<string | undefined> => {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
    try {
      return (await runGit(args, { cwd: repository.root, signal })).toString('utf8').trim();
    } catch (error) {
      if (error instanceof GitFailure) return undefined;
      throw error;
    }
  };
  const commit = await parse(ref);
  if (commit) return { commit, ref };
  const remote = await parse(`origin/${ref}`);
  if (remote) return { commit: remote, ref: `origin/${ref}` };
  throw await unknownRef(repository, ref, signal);
}

/** @throws SourceError for a ref that git would take for an option */
export function refuseOption(ref: string): void {
  if (ref.startsWith('-') || ref === '')
    throw new SourceError(`'${ref}' is not a ref`, 'name a branch, a tag, a commit, HEAD~2, or WORKTREE with --ref');
}

async function unknownRef(repository: Repository, ref: string, signal?: AbortSignal): Promise<SourceError> {
  const listed = await runGit(['for-each-ref', '--format=%(refname:short)'], { cwd: repository.root, signal });
  const names = listed
    .toString('utf8')
    .split('\n')
    .filter((name) => name !== '');
  if (names.length === 0 && ref === 'HEAD')
    return new SourceError('the repository has no commit yet', 'commit the files, or read them with --ref WORKTREE');
  if (repository.shallow && (/^[0-9a-f]{7,64}$/.test(ref) || /[~^@]/.test(ref) || names.length < 3))
    return new SourceError(
      `the clone is shallow and does not hold ${ref}`,
      'fetch it: git fetch --unshallow (in a pipeline: check out with fetch-depth 0)',
    );
  const near = nearest(ref.replace(/[~^@].*$/, ''), names);
  // A pipeline's clone has the branch that it builds, and no tag.
  const how = repository.shallow && near.length === 0 ? shallowAdvice : suggestion(ref, names);
  return new SourceError(
    `there is no branch, tag or commit ${ref}${repository.shallow ? ' in this shallow clone' : ''}`,
    how,
  );
}

const shallowAdvice =
  'git fetch --unshallow --tags origin "+refs/heads/*:refs/remotes/origin/*" brings all (in a pipeline: check out with fetch-depth 0)';

/** What to do about an unknown ref: the names most like it, or how to get more of them. */
export function suggestion(ref: string, names: readonly string[]): string {
  const near = nearest(ref.replace(/[~^@].*$/, ''), names);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  return names.length > 0 ? 'git branch -a and git tag list what there is; git fetch brings newer ones' : 'git fetch';
}
