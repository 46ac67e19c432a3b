import { resolve } from 'node:path';
import { resolveRef } from '../io/git/ref.ts';
import { findRepository, type Repository } from '../io/git/repository.ts';
import { runGit } from '../io/git/run.ts';
import { withAdvice } from '../model/advice.ts';
import type { Report } from '../model/report.ts';
import { SourceError } from '../source/diagnostic.ts';
import { secretsOfStates } from './check/gateway-secrets.ts';
import { reportOf } from './clusters/merge-reports.ts';
import { selectsNone } from './clusters/progress.ts';
import { type Mesh, readMesh } from './clusters/read.ts';
import { judgedKind } from './drift/judged-kinds.ts';
import { exitCode, type FailOn } from './exit-code.ts';
import { type InputFlags, partialBy, readGit, UserError } from './inputs.ts';
import { repositoryState } from './repository-state/index.ts';
import { review } from './review/index.ts';

export interface ReviewFlags extends InputFlags {
  'fail-on'?: FailOn;
  'no-cluster'?: boolean;
}

/** The two refs of a range; three dots mean the merge base; no head, or WORKTREE, means the files as they are. */
export function parseRange(range: string): { base: string; head: string; mergeBase: boolean } {
  const [, base = '', dots, head = ''] = /^(.*?)(\.{2,3})(.*)$/.exec(range) ?? [undefined, range, '..', ''];
  if (base === '') throw new UserError(`"${range}" names no base; write BASE..HEAD, such as main..HEAD`);
  return { base, head: head === '' ? 'WORKTREE' : head, mergeBase: dots === '...' };
}

/**
 * `kubectl mesh review BASE..HEAD`: what a change introduces, fixes and leaves.
 *
 * @param onRead is called when all is read: what follows is computing, and holds nothing open
 * @throws UserError where a side cannot be read
 */
export async function runReview(
  range: string,
  flags: ReviewFlags,
  version: string,
  signal: AbortSignal,
  onRead: () => void = () => undefined,
): Promise<{ report: Report; code: number }> {
  const { base, head, mergeBase } = parseRange(range);
  const baseRef = mergeBase ? await forkOf(base, head === 'WORKTREE' ? 'HEAD' : head, flags, signal) : base;
  const read = (ref: string) => readGit({ ...flags, ref }, signal, true);
  const [before, after] = await Promise.all([read(baseRef), read(head)]);
  const mesh: Mesh = flags['no-cluster']
    ? { states: [repositoryState([...before.resources, ...after.resources])], cluster: {}, unread: [] }
    : await readMesh(flags, signal, { definitions: true });
  const nobody = selectsNone(mesh.states);
  // Of a repository's objects much can be said without a proxy.
  if (nobody && !flags['no-cluster'])
    throw new UserError('no proxy is selected, so nothing was examined; check -n, -l and --proxy');
  if (nobody && ![...before.resources, ...after.resources].some(judgedKind))
    throw new UserError('neither side holds a Service or an object of the mesh, so there is nothing to review');
  const secrets = await secretsOfStates(mesh.states, flags['no-proxies'] || flags['no-cluster'], signal);
  onRead();
  const options = {
    tool: { name: 'kubectl mesh', version, command: 'review' },
    cluster: mesh.cluster,
    partial: flags['no-cluster'] ? 'proxies' : partialBy(flags, after.config.paths),
    today: new Date().toISOString().slice(0, 10),
    signal,
    secrets,
  };
  // A cluster without a selected proxy has nobody whose config could change.
  const states = nobody ? mesh.states : mesh.states.filter(({ proxies }) => proxies.length > 0);
  const report = await reportOf({ ...mesh, states }, (state) =>
    review({ ...before, ref: base }, after, state, options),
  );
  return { report, code: exitCode(report, flags['fail-on'] ?? after.config.failOn ?? 'warning') };
}

/** The commit where head left base. */
async function forkOf(base: string, head: string, flags: ReviewFlags, signal: AbortSignal): Promise<string> {
  const repository = await findRepository(resolve(process.cwd(), flags.git ?? '.'), signal);
  if (!repository) throw new UserError('a range with three dots needs a local repository; name one with --git');
  // A branch that only origin has is found too, and one that nobody has is told by its name.
  const [from, to] = await Promise.all([base, head].map((ref) => resolved(repository, ref, signal)));
  try {
    const commits = [from?.commit ?? base, to?.commit ?? head];
    const found = await runGit(['merge-base', '--end-of-options', ...commits], { cwd: repository.root, signal });
    return found.toString('utf8').trim();
  } catch {
    const shallow = await runGit(['rev-parse', '--is-shallow-repository'], { cwd: repository.root, signal });
    if (shallow.toString('utf8').trim() === 'true')
      throw new UserError(
        `this clone is shallow and does not hold where ${head} left ${base}; run git fetch --unshallow (in CI: fetch depth 0), or use two dots`,
      );
    throw new UserError(`${base} and ${head} have no common ancestor here; fetch the whole history, or use two dots`);
  }
}

async function resolved(repository: Repository, ref: string, signal: AbortSignal): Promise<{ commit: string }> {
  try {
    return await resolveRef(repository, ref, signal);
  } catch (error) {
    throw error instanceof SourceError ? new UserError(withAdvice(error.message, error.fix)) : error;
  }
}
