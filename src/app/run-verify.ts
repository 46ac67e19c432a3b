import { setTimeout as sleep } from 'node:timers/promises';
import { parseTimeout } from '../io/kube/options.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import type { Resource } from '../model/resource.ts';
import { type Arrival, arrivals, type VerifiedProxy, type VerifyReport, verifyVersion } from '../model/verify.ts';
import { mergeDiagnostics } from './clusters/merge-reports.ts';
import { progressOver, selectsNone } from './clusters/progress.ts';
import { readMesh } from './clusters/read.ts';
import { exitCodes } from './exit-code.ts';
import { allKindsRead, hiddenKinds, isHiddenKind, isOfKind } from './hidden-kinds.ts';
import { type InputFlags, readGit, UserError } from './inputs.ts';
import { istiodProblems } from './istiod-problems.ts';
import { redactGit, unseenChanges } from './redacted-git.ts';
import { istioVersions, skippedDiagnostics, sourceDiagnostic } from './report-parts.ts';
import { type Evaluation, evaluate } from './verify/evaluate.ts';
import { waitFor } from './verify/wait.ts';

export interface VerifyFlags extends InputFlags {
  since?: string;
  wait?: boolean;
  timeout?: string;
  poll?: string;
}

export interface VerifyEvents {
  onProgress?: (done: number, of: number) => void;
  onChange?: (proxy: VerifiedProxy, before: VerifiedProxy | undefined) => void;
  onLook?: (proxies: readonly VerifiedProxy[]) => void;
  onFailure?: (error: Error) => void;
}

/** Beside those of every command: what is left when the time is up. */
const verifyExitCodes = { ...exitCodes, lag: 3, rejected: 4 } as const;

/**
 * `kubectl mesh verify`: whether what Git says has arrived in the proxies that it touches.
 *
 * @throws UserError where nothing can be examined: a wrong ref, no cluster, no proxies
 */
export async function runVerify(
  flags: VerifyFlags,
  version: string,
  signal: AbortSignal,
  events: VerifyEvents = {},
): Promise<{ report: VerifyReport; code: number }> {
  const timeoutMs = duration('--timeout', flags.timeout ?? '5m');
  const pollMs = duration('--poll', flags.poll ?? '2s');
  if (flags['no-proxies'])
    throw new UserError(
      'verify is green only by what the proxies hold, so it does not work without reading them; drift --no-proxies compares Git with the API server alone',
    );
  const desired = await readGit(flags, signal, flags.since !== undefined);
  const former = flags.since === undefined ? undefined : await readGit({ ...flags, ref: flags.since }, signal, true);
  const started = performance.now();
  let mesh = await readMesh(flags, signal);
  // Of a capture of several clusters the same is taken out of all.
  const [anyState] = mesh.states as [ClusterState, ...ClusterState[]];
  const git = redactGit(desired, anyState);
  const since = former && redactGit(former, anyState);
  const hidden = former && since ? unseenChanges(former, desired, { before: since, after: git }) : [];
  if (selectsNone(mesh.states))
    throw new UserError('no proxy is selected, so nothing was examined; check -n, -l and --proxy');
  let first = true;
  const look = async (arrived: ReadonlyMap<string, VerifiedProxy>): Promise<Evaluation> => {
    if (!first) mesh = await readMesh(flags, signal);
    first = false;
    const progress = progressOver(mesh.states, events.onProgress);
    const evaluations: Evaluation[] = [];
    for (const state of mesh.states) {
      refuseHidden(git.resources, state);
      const options = { concurrency: flags.concurrency ?? 16, arrived, signal, onProgress: progress(state) };
      evaluations.push(await evaluate(git.resources, since?.resources, state, options));
    }
    return {
      proxies: evaluations.flatMap(({ proxies }) => proxies).sort((a, b) => (a.id < b.id ? -1 : 1)),
      untouched: evaluations.reduce((sum, { untouched }) => sum + untouched, 0),
      unread: evaluations.flatMap(({ unread }) => unread),
      notes: evaluations.flatMap(({ notes }) => notes),
    };
  };
  const result = await waitFor(look, {
    // A capture does not change.
    wait: flags.wait === true && flags.capture === undefined,
    timeoutMs,
    pollMs,
    clock: () => performance.now(),
    sleep: (ms) => sleep(ms, undefined, { signal }),
    onChange: events.onChange,
    onLook: events.onLook,
    onFailure: events.onFailure,
  });
  const counts = Object.fromEntries(arrivals.map((it) => [it, 0])) as Record<Arrival, number>;
  for (const { arrival } of result.proxies) counts[arrival] += 1;
  // Without istiod neither its settings are known nor what is on its way: what differs may be due to that.
  const blind = mesh.states.flatMap((state) => istiodProblems(state));
  const mute = mesh.states.some(({ istiods }) => istiods.length === 0);
  const late = result.proxies.some((it) => it.arrival !== 'arrived' && it.state === 'unknown');
  const complete =
    !(late && (blind.length > 0 || mute)) &&
    mesh.unread.length === 0 &&
    result.unread.length === 0 &&
    hidden.length === 0 &&
    mesh.states.every(allKindsRead) &&
    ![...git.diagnostics, ...(since?.diagnostics ?? [])].some((it) => it.severity === 'error');
  const code = codeOf(counts, complete);
  const report: VerifyReport = {
    schemaVersion: verifyVersion,
    tool: { name: 'kubectl mesh', version, command: 'verify' },
    git: { repository: git.repository, ref: git.ref, commit: git.commit, paths: git.paths },
    since: since ? { ref: since.ref, commit: since.commit } : null,
    cluster: { ...mesh.cluster, istioVersions: [...new Set(mesh.states.flatMap(istioVersions))].sort() },
    proxies: result.proxies,
    summary: {
      touched: result.proxies.length,
      untouched: result.untouched,
      arrivals: counts,
      waitedSeconds: Math.round((performance.now() - started) / 1000),
    },
    diagnostics: [
      ...git.diagnostics.map(sourceDiagnostic),
      ...mergeDiagnostics(
        mesh,
        mesh.states.map((state) => ({ diagnostics: [...skippedDiagnostics(state), ...istiodProblems(state)] })),
      ),
      ...result.notes,
      ...hidden,
      ...result.unread,
    ],
    complete,
    exitCode: code,
  };
  return { report, code };
}

/**
 * Whether the API server has what Git says cannot be told where it does not let its objects be listed.
 *
 * @throws UserError which names the rights that are missing
 */
function refuseHidden(git: readonly Resource[], state: ClusterState): void {
  const hidden = hiddenKinds(state);
  if (!git.some((resource) => isOfKind(resource, hidden))) return;
  const why = state.skipped.filter(isHiddenKind).map(({ message }) => message);
  throw new UserError(
    `Git holds objects of kinds that could not be read, so nothing can be verified: ${why.join('; ')}`,
  );
}

/** The worst that is left decides: what no waiting mends goes first. */
function codeOf(counts: Record<Arrival, number>, complete: boolean): number {
  if (counts.rejected > 0) return verifyExitCodes.rejected;
  if (counts.mismatch + counts['not-applied'] > 0) return verifyExitCodes.found;
  if (!complete || counts.unreachable > 0) return verifyExitCodes.incomplete;
  return counts.lag > 0 ? verifyExitCodes.lag : verifyExitCodes.clean;
}

function duration(flag: string, text: string): number {
  const ms = parseTimeout(text);
  if (!ms) throw new UserError(`${flag} "${text}" is not a duration; write 30s or 5m`);
  return ms;
}
