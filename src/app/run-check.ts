import type { Report } from '../model/report.ts';
import { secretsOfStates } from './check/gateway-secrets.ts';
import { check } from './check/index.ts';
import { reportOf } from './clusters/merge-reports.ts';
import { selectsNone } from './clusters/progress.ts';
import { type Mesh, readMesh } from './clusters/read.ts';
import { exitCode, type FailOn } from './exit-code.ts';
import { type InputFlags, partialBy, readGit, UserError } from './inputs.ts';
import { repositoryState } from './repository-state/index.ts';

export interface CheckFlags extends InputFlags {
  'fail-on'?: FailOn;
  'no-cluster'?: boolean;
}

/**
 * `kubectl mesh check`: what is wrong with a configuration as one state. With any flag that names a source in Git, Git is
 * laid over what the cluster has; without one the API server's objects are judged alone. Without a cluster Git is laid over
 * one that is made up of it.
 *
 * @param onRead is called when all is read: what follows is computing, and holds nothing open
 * @throws UserError where nothing can be examined
 */
export async function runCheck(
  flags: CheckFlags,
  version: string,
  signal: AbortSignal,
  onRead: () => void = () => undefined,
): Promise<{ report: Report; code: number }> {
  const named = [flags.git, flags.ref, flags.path, flags.kustomize, flags.helm, flags.config];
  const alone = flags['no-cluster'] === true;
  const git = alone || named.some((it) => it !== undefined) ? await readGit(flags, signal) : undefined;
  const mesh: Mesh =
    alone && git
      ? { states: [repositoryState(git.resources)], cluster: {}, unread: [] }
      : await readMesh(flags, signal, { definitions: true });
  // Of a repository's objects much can be said without a proxy.
  if (!alone && selectsNone(mesh.states))
    throw new UserError('no proxy is selected, so nothing was examined; check -n, -l and --proxy');
  const secrets = await secretsOfStates(mesh.states, flags['no-proxies'] || alone, signal);
  onRead();
  const options = {
    tool: { name: 'kubectl mesh', version, command: 'check' },
    cluster: mesh.cluster,
    partial: alone ? 'proxies' : partialBy(flags, git?.config.paths),
    today: new Date().toISOString().slice(0, 10),
    secrets,
  };
  const report = await reportOf(mesh, (state) => check(git, state, options));
  return { report, code: exitCode(report, flags['fail-on'] ?? git?.config.failOn ?? 'warning') };
}
