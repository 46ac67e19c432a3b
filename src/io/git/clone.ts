import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceError } from '../../source/diagnostic.ts';
import { largestFile } from '../../source/tree.ts';
import { refuseOption, resolveRef, suggestion } from './ref.ts';
import type { Repository } from './repository.ts';
import { GitFailure, runGit, withoutCredentials } from './run.ts';

/** A commit fetched into a temporary bare repository; `remove` deletes it. */
export interface Fetched {
  repository: Repository;
  commit: string;
  remove(): Promise<void>;
}

const transport = /^(https?|ssh|git|git\+ssh|ssh\+git|file):\/\//i;
const anyScheme = /^[a-z][a-z0-9+.-]*:(\/\/|:)/i;
const scpLike = /^([^/\\:@\s]+@)?[^/\\:@\s]{2,}:(?!\\)/;

/**
 * Whether `--git` names a clone URL (`https://`, `ssh://`, `git://`, `file://`, `git@host:path`) and not a directory.
 *
 * @throws SourceError for other transports, `ext::` among them, which would run a command
 */
export function isCloneUrl(text: string): boolean {
  if (transport.test(text)) return true;
  if (anyScheme.test(text))
    throw new SourceError(
      `${withoutCredentials(text)} is not a clone URL that may be used`,
      'use https://, ssh://, git://, file:// or git@host:path',
    );
  return scpLike.test(text) && !text.startsWith('-');
}

/**
 * Fetches one commit of a remote repository: shallow, without files too large to be manifests, bare, in a temporary
 * directory. A ref with steps (`HEAD~2`) is fetched as deep as needed; what the server does not give by name (an
 * abbreviated commit id) is looked for in all of the history.
 *
 * @throws SourceError for an unknown ref, or a repository that cannot be fetched
 */
export async function fetchCommit(url: string, ref: string, signal?: AbortSignal): Promise<Fetched> {
  refuseOption(ref);
  if (!/^[^\s:*?[\\]+$/.test(ref)) throw new SourceError(`'${ref}' is not a ref`, 'name a branch, a tag or a commit');
  const root = await mkdtemp(join(tmpdir(), 'kubectl-mesh-git-'));
  const removeNow = (): void => rmSync(root, { recursive: true, force: true });
  process.once('exit', removeNow);
  const remove = async (): Promise<void> => {
    process.off('exit', removeNow);
    await rm(root, { recursive: true, force: true });
  };
  try {
    await runGit(['init', '--bare', '--quiet', '--template=', root], { cwd: root, signal });
    await fetchInto(root, url, ref, signal);
    const repository: Repository = { root, bare: true, shallow: true, prefix: '' };
    const steps = /[~^].*$/.exec(ref)?.[0] ?? '';
    const { commit } = await resolveRef(repository, `${fetchedRef}${steps}`, signal);
    return { repository, commit, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const fetchedRef = 'refs/mesh/fetched';

async function fetchInto(root: string, url: string, ref: string, signal?: AbortSignal): Promise<void> {
  // The URL goes through the environment: it may hold a password, and arguments are seen by every user.
  const env = withSetting('remote.origin.url', url);
  const git = (...args: string[]): Promise<Buffer> => runGit(args, { cwd: root, signal, env });
  const fetch = (...args: string[]): Promise<Buffer> =>
    git('fetch', '--quiet', '--no-tags', `--filter=blob:limit=${largestFile}`, ...args);
  const [, base = ref, steps = ''] = /^(.+?)([~^].*)?$/.exec(ref) ?? [];
  const depth = [...steps.matchAll(/[~^]([0-9]*)/g)].reduce((sum, [, count]) => sum + Number(count || 1), 1);
  try {
    await fetch(`--depth=${depth}`, 'origin', `+${base}:${fetchedRef}`);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const names = await remoteNames(git, url, error);
    if (names.length === 0)
      throw new SourceError(`${withoutCredentials(url)} has no commit yet`, 'name another repository with --git');
    if (!/^[0-9a-f]{4,64}$/.test(base))
      throw new SourceError(`${withoutCredentials(url)} has no branch, tag or commit ${ref}`, suggestion(base, names));
    await fetch('origin', '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*');
    const repository: Repository = { root, bare: true, shallow: false, prefix: '' };
    const { commit } = await resolveRef(repository, base, signal);
    await git('update-ref', fetchedRef, commit);
  }
  // From here on nothing is fetched any more: a blob that was filtered out is "missing" and not asked for one by one.
  await runGit(['config', '--unset', 'extensions.partialclone'], { cwd: root, signal }).catch(() => undefined);
  await runGit(['config', '--remove-section', 'remote.origin'], { cwd: root, signal }).catch(() => undefined);
}

/** One more setting beside those that the environment may have (in a pipeline: how to log in). */
function withSetting(key: string, value: string): Record<string, string> {
  const count = Number(process.env['GIT_CONFIG_COUNT'] ?? 0);
  return { GIT_CONFIG_COUNT: `${count + 1}`, [`GIT_CONFIG_KEY_${count}`]: key, [`GIT_CONFIG_VALUE_${count}`]: value };
}

/** Branches and tags of the remote, where it can be reached at all. */
async function remoteNames(
  git: (...args: string[]) => Promise<Buffer>,
  url: string,
  failure: GitFailure,
): Promise<string[]> {
  try {
    const listed = (await git('ls-remote', '--heads', '--tags', 'origin')).toString('utf8');
    return [...listed.matchAll(/\trefs\/(?:heads|tags)\/(.+?)(?:\^\{\})?$/gm)].map(([, name]) => name as string);
  } catch {
    throw new SourceError(
      `cannot fetch ${withoutCredentials(url)}: ${failure.message
        .trim()
        .split(/[\r\n]+/)
        .slice(0, 3)
        .join(' ')}`,
      'check the URL, the network, and that git itself can log in: git ls-remote URL',
    );
  }
}
