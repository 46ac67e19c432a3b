import type { ClusterState } from '../model/cluster-state.ts';
import type { Report } from '../model/report.ts';
import type { Desired } from './desired/index.ts';
import { drift } from './drift/index.ts';
import { judgedKind } from './drift/judged-kinds.ts';
import { exitCode, type FailOn } from './exit-code.ts';
import { type InputFlags, partialBy, readGit, readState, UserError } from './inputs.ts';
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
  const [desired, state] = await Promise.all([
    readGit(flags, signal, true),
    readState(flags, signal, { istiods: !flags['no-proxies'] }),
  ]);
  const git = redactGit(desired, state);
  if (state.proxies.length === 0)
    throw new UserError('no proxy is selected, so nothing was examined; check -n, -l and --proxy');
  if (git.resources.length === 0) refuseEmpty(git, state);
  const report = await drift(git, state, {
    tool: { name: 'kubectl mesh', version, command: 'drift' },
    cluster: flags.capture === undefined ? { context: state.origin } : { capture: flags.capture },
    check: flags.check,
    readProxies: !flags['no-proxies'],
    concurrency: flags.concurrency ?? 16,
    partial: partialBy(flags, git.config.paths),
    today: new Date().toISOString().slice(0, 10),
    signal,
    onProgress,
  });
  return { report, code: exitCode(report, flags['fail-on'] ?? git.config.failOn ?? 'warning') };
}

/** Git without a single object is a mistake in --path or --ref, unless the cluster has nothing of the kind either. */
function refuseEmpty(git: Desired, state: ClusterState): void {
  const owned = state.resources.filter((resource) => judgedKind(resource) && git.owns(resource)).length;
  if (owned === 0) return;
  const where = git.paths.length > 0 ? git.paths.join(', ') : git.repository;
  throw new UserError(
    `no Kubernetes object was found in ${where} at ${git.ref}, while the cluster has ${owned} that Git would answer for; check --path and --ref`,
  );
}
