import { nearNames } from '../io/kube/near-names.ts';
import type { StatusReport } from '../model/status.ts';
import { exitCode, type FailOn } from './exit-code.ts';
import { gitIsNamed } from './git-named.ts';
import { type InputFlags, readGit, readState, UserError } from './inputs.ts';
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
    readState(flags, signal, { istiods: true }),
  ]);
  const state = { ...read, proxies: names.length === 0 ? read.proxies : named(names, read.proxies) };
  if (state.proxies.length === 0)
    throw new UserError('no proxy is selected, so nothing was examined; check -n, -l and --proxy');
  const selected = names.length > 0 || [flags.namespace, flags.selector, flags.proxy].some((it) => it !== undefined);
  const report = await status(git, state, {
    tool: { name: 'kubectl mesh', version, command: 'status' },
    cluster: flags.capture === undefined ? { context: state.origin } : { capture: flags.capture },
    concurrency: flags.concurrency ?? 16,
    readProxies: !flags['no-proxies'],
    others: !selected,
    signal,
    onProgress,
  });
  return { report, code: exitCode(report, flags['fail-on'] ?? git?.config.failOn ?? 'warning') };
}

function named<Source extends { id: string; podName: string }>(
  names: readonly string[],
  proxies: readonly Source[],
): Source[] {
  const wanted = new Set<Source>();
  for (const name of names) {
    const nameOf = (proxy: Source): string => (name.includes('/') ? proxy.id : proxy.podName);
    const exact = proxies.filter((proxy) => nameOf(proxy) === name);
    const found = exact.length > 0 ? exact : proxies.filter((proxy) => nameOf(proxy).startsWith(name));
    if (found.length === 0) throw noSuchProxy(name, proxies.map(nameOf));
    for (const proxy of found) wanted.add(proxy);
  }
  return proxies.filter((proxy) => wanted.has(proxy));
}

function noSuchProxy(name: string, known: string[]): UserError {
  const near = nearNames(name, known);
  return new UserError(`no proxy ${name}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`);
}
