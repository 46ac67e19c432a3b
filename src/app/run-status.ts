import { nearNames } from '../io/kube/near-names.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import type { StatusReport } from '../model/status.ts';
import { statusOf } from './clusters/merge-status.ts';
import { splitCluster } from './clusters/named-state.ts';
import { progressOver, selectsNone } from './clusters/progress.ts';
import { readMesh } from './clusters/read.ts';
import { exitCode, type FailOn } from './exit-code.ts';
import { gitIsNamed } from './git-named.ts';
import { type InputFlags, readGit, UserError } from './inputs.ts';
import { status } from './status/index.ts';

export interface StatusFlags extends InputFlags {
  'fail-on'?: FailOn;
  /** Leaves the proxies' own dumps unread. */
  'no-proxies'?: boolean;
}

/**
 * `kubectl mesh status [PROXY...]`: how each proxy stands with istiod, and what it does otherwise for that. With any flag
 * that names a source in Git, what is rejected or late leads to its line there.
 *
 * @param names `namespace/pod`, a pod, or a beginning of either; none: all that the flags select
 * @throws UserError where nothing can be examined
 */
export async function runStatus(
  flags: StatusFlags,
  names: readonly string[],
  version: string,
  signal: AbortSignal,
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<{ report: StatusReport; code: number }> {
  const [git, read] = await Promise.all([
    gitIsNamed(flags) ? readGit(flags, signal, true) : undefined,
    readMesh(flags, signal, { istiods: true }),
  ]);
  const wanted =
    names.length === 0
      ? undefined
      : named(
          names,
          read.states.flatMap(({ proxies }) => proxies),
        );
  const only = (state: ClusterState) => ({ ...state, proxies: state.proxies.filter((it) => wanted?.has(it) ?? true) });
  const mesh = { ...read, states: read.states.map(only) };
  if (selectsNone(mesh.states))
    throw new UserError('no proxy is selected, so nothing was examined; check -n, -l and --proxy');
  const selected = names.length > 0 || [flags.namespace, flags.selector, flags.proxy].some((it) => it !== undefined);
  const progress = progressOver(mesh.states, onProgress);
  const options = {
    tool: { name: 'kubectl mesh', version, command: 'status' },
    cluster: mesh.cluster,
    concurrency: flags.concurrency ?? 16,
    readProxies: !flags['no-proxies'],
    others: !selected,
    signal,
  };
  const report = await statusOf(mesh, (state) => status(git, state, { ...options, onProgress: progress(state) }));
  return { report, code: exitCode(report, flags['fail-on'] ?? git?.config.failOn ?? 'warning') };
}

function named<Source extends { id: string; namespace: string }>(
  names: readonly string[],
  proxies: readonly Source[],
): Set<Source> {
  const wanted = new Set<Source>();
  for (const name of names) {
    const { name: pod, cluster } = splitCluster(name);
    const nameOf = (proxy: Source): string =>
      pod.includes('/') ? proxy.id : proxy.id.slice(proxy.namespace.length + 1);
    const podOf = (proxy: Source): string => splitCluster(nameOf(proxy)).name;
    // The pods of one name in several clusters are all meant where none is named.
    const among = proxies.filter(({ id }) => cluster === undefined || splitCluster(id).cluster === cluster);
    const exact = among.filter((proxy) => podOf(proxy) === pod);
    const found = exact.length > 0 ? exact : among.filter((proxy) => podOf(proxy).startsWith(pod));
    if (found.length === 0) throw noSuchProxy(name, proxies.map(nameOf));
    for (const proxy of found) wanted.add(proxy);
  }
  return wanted;
}

function noSuchProxy(name: string, known: string[]): UserError {
  const near = nearNames(name, known);
  return new UserError(`no proxy ${name}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`);
}
