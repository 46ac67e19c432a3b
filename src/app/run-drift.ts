import type { ClusterState } from '../model/cluster-state.ts';
import type { Report } from '../model/report.ts';
import { reportOf } from './clusters/merge-reports.ts';
import { progressOver, selectsNone } from './clusters/progress.ts';
import { readMesh } from './clusters/read.ts';
import type { Desired } from './desired/index.ts';
import { drift } from './drift/index.ts';
import { judgedKind } from './drift/judged-kinds.ts';
import { exitCode, type FailOn } from './exit-code.ts';
import { type InputFlags, partialBy, readGit, UserError } from './inputs.ts';
import { redactGit } from './redacted-git.ts';

export interface DriftFlags extends InputFlags {
  'fail-on'?: FailOn;
  /** Judge the configuration by rules, too. */
  check?: boolean;
}

/**
 * `kubectl mesh drift`: reads both sides, compares, judges.
 *
 * @throws UserError where nothing can be examined: a wrong ref, no cluster, no proxies
 */
export async function runDrift(
  flags: DriftFlags,
  version: string,
  signal: AbortSignal,
  onProgress: (done: number, of: number) => void,
): Promise<{ report: Report; code: number }> {
  const [git, mesh] = await Promise.all([
    readGit(flags, signal, true),
    readMesh(flags, signal, { istiods: !flags['no-proxies'], definitions: flags.check }),
  ]);
  if (selectsNone(mesh.states))
    throw new UserError('no proxy is selected, so nothing was examined; check -n, -l and --proxy');
  if (git.resources.length === 0) refuseEmpty(git, mesh.states);
  const progress = progressOver(mesh.states, onProgress);
  const options = {
    tool: { name: 'kubectl mesh', version, command: 'drift' },
    cluster: mesh.cluster,
    check: flags.check,
    readProxies: !flags['no-proxies'],
    concurrency: flags.concurrency ?? 16,
    partial: partialBy(flags, git.config.paths),
    today: new Date().toISOString().slice(0, 10),
    signal,
  };
  const report = await reportOf(mesh, (state) =>
    drift(redactGit(git, state), state, { ...options, onProgress: progress(state) }),
  );
  return { report, code: exitCode(report, flags['fail-on'] ?? git.config.failOn ?? 'warning') };
}

/** Git without a single object is a mistake in --path or --ref, unless the cluster has nothing of the kind either. */
function refuseEmpty(git: Desired, states: readonly ClusterState[]): void {
  const owned = [...new Set(states.map(({ resources }) => resources))]
    .flat()
    .filter((resource) => judgedKind(resource) && git.owns(resource)).length;
  if (owned === 0) return;
  const where = git.paths.length > 0 ? git.paths.join(', ') : git.repository;
  throw new UserError(
    `no Kubernetes object was found in ${where} at ${git.ref}, while the cluster has ${owned} that Git would answer for; check --path and --ref`,
  );
}
