import type { Report } from '../model/report.ts';
import { drift } from './drift/index.ts';
import { exitCode, type FailOn } from './exit-code.ts';
import { type InputFlags, readGit, readState, UserError } from './inputs.ts';

export interface DriftFlags extends InputFlags {
  'fail-on'?: FailOn;
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
  const [git, state] = await Promise.all([readGit(flags, signal), readState(flags, signal)]);
  if (state.proxies.length === 0)
    throw new UserError('no proxy is selected, so nothing was examined; check -n, -l and --proxy');
  const report = await drift(git, state, {
    tool: { name: 'kubectl mesh', version, command: 'drift' },
    cluster: flags.capture === undefined ? { context: state.origin } : { capture: flags.capture },
    concurrency: flags.concurrency ?? 16,
    today: new Date().toISOString().slice(0, 10),
    signal,
    onProgress,
  });
  return { report, code: exitCode(report, flags['fail-on'] ?? git.config.failOn ?? 'warning') };
}
