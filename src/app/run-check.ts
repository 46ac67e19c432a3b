import type { Report } from '../model/report.ts';
import { check } from './check/index.ts';
import { exitCode, type FailOn } from './exit-code.ts';
import { type InputFlags, partialBy, readGit, readState, UserError } from './inputs.ts';

export interface CheckFlags extends InputFlags {
  'fail-on'?: FailOn;
}

/**
 * `kubectl mesh check`: what is wrong with a configuration as one state. With any flag that names a source in Git, Git is
 * laid over what the cluster has; without one the API server's objects are judged alone.
 *
 * @throws UserError where nothing can be examined
 */
export async function runCheck(
  flags: CheckFlags,
  version: string,
  signal: AbortSignal,
): Promise<{ report: Report; code: number }> {
  const named = [flags.git, flags.ref, flags.path, flags.kustomize, flags.helm, flags.config];
  const git = named.some((it) => it !== undefined) ? await readGit(flags, signal) : undefined;
  const state = await readState(flags, signal);
  if (state.proxies.length === 0)
    throw new UserError('no proxy is selected, so nothing was examined; check -n, -l and --proxy');
  const report = check(git, state, {
    tool: { name: 'kubectl mesh', version, command: 'check' },
    cluster: flags.capture === undefined ? { context: state.origin } : { capture: flags.capture },
    partial: partialBy(flags, git?.config.paths),
    today: new Date().toISOString().slice(0, 10),
  });
  return { report, code: exitCode(report, flags['fail-on'] ?? git?.config.failOn ?? 'warning') };
}
