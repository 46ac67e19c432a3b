import { type ProxySelection, parseTimeout } from '../io/kube/options.ts';
import type { ReadOptions } from '../io/kube/read-cluster.ts';
import { withAdvice } from '../model/advice.ts';
import { type ClusterState, isProblem } from '../model/cluster-state.ts';
import type { Desired } from './desired/index.ts';
import type { Omission } from './report-parts.ts';

/** The flags of every command that reads Git or a cluster (commands/flags.ts), as they were given. */
export interface InputFlags {
  git?: string;
  ref?: string;
  path?: string[];
  kustomize?: string[];
  helm?: string[];
  'helm-values'?: string[];
  config?: string;
  capture?: string;
  kubeconfig?: string;
  context?: string[];
  cluster?: string;
  user?: string;
  as?: string;
  'as-group'?: string[];
  'as-uid'?: string;
  'istio-namespace'?: string;
  'request-timeout'?: string;
  namespace?: string;
  'all-namespaces'?: boolean;
  selector?: string;
  proxy?: string[];
  'proxy-timeout'?: string;
  concurrency?: number;
  'no-proxies'?: boolean;
}

/**
 * What the flags leave out: proxies, or files of Git that the project file speaks of.
 *
 * @param paths what the project file says that is read
 */
export function partialBy(flags: InputFlags, paths: readonly string[] = []): Omission | undefined {
  const { namespace, selector, proxy } = flags;
  if ([namespace, selector, proxy].some((it) => it !== undefined)) return 'proxies';
  return flags.path !== undefined && JSON.stringify(flags.path) !== JSON.stringify(paths) ? 'paths' : undefined;
}

/** A mistake of the user, or a state of the world, that the message explains: printed without a stack. */
export class UserError extends Error {
  override name = 'UserError';
  readonly expected = true;
}

/** What is read of a cluster beside what every command needs. */
export interface Ask {
  /** The definitions of the kinds of the mesh, by which objects are judged. */
  definitions?: boolean;
  istiods?: boolean;
  registry?: boolean;
}

/**
 * Reads one live cluster, with the proxies that the flags select.
 *
 * @param ask what istiod is asked: nothing with `istiods: false` (or --no-proxies, where that is not given), and with
 *   `registry` for its registry too, which only a capture keeps; with `definitions` CRDs are read
 */
export async function readLive(flags: InputFlags, signal: AbortSignal, ask: Ask = {}): Promise<ClusterState> {
  const { readCluster } = await import('../io/kube/read-cluster.ts');
  const options = { ...readOptions(flags, flags.context?.[0]), ...ask, ...selectionOf(flags) };
  const state = await readCluster(options, signal);
  signal.throwIfAborted();
  if (isProblem(state)) throw new UserError(withAdvice(state.message, state.advice));
  const without = state.proxies.length === 0 ? state.skipped.find(({ essential }) => essential) : undefined;
  if (without) throw new UserError(without.message);
  return state;
}

/** How a live cluster is read by the flags. @param context of the kubeconfig; the current one by default */
export function readOptions(flags: InputFlags, context: string | undefined): ReadOptions {
  return {
    kubeconfig: flags.kubeconfig,
    context,
    cluster: flags.cluster,
    user: flags.user,
    as: flags.as,
    asGroups: flags['as-group'],
    asUid: flags['as-uid'],
    istioNamespace: flags['istio-namespace'],
    requestTimeout: flags['request-timeout'],
    proxyTimeoutMs: proxyTimeout(flags['proxy-timeout']),
    concurrency: flags.concurrency,
    istiods: !flags['no-proxies'],
  };
}

/** @throws UserError for what is not a duration; each proxy must have a deadline, so 0 is none either */
function proxyTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseTimeout(text);
  if (!ms) throw new UserError(`--proxy-timeout "${text}" is not a duration; write 30s or 2m`);
  return ms;
}

export function selectionOf(flags: InputFlags): ProxySelection {
  return { namespace: flags.namespace, selector: flags.selector, proxies: flags.proxy };
}

/**
 * Reads the Git side.
 *
 * @param mayBeEmpty whether Git may hold no object at all
 * @throws UserError where it cannot be read at all
 */
export async function readGit(flags: InputFlags, signal: AbortSignal, mayBeEmpty = false): Promise<Desired> {
  const { readDesired } = await import('./desired/index.ts');
  const { SourceError } = await import('../source/diagnostic.ts');
  const { GitFailure } = await import('../io/git/run.ts');
  try {
    return await readDesired(
      {
        git: flags.git,
        ref: flags.ref,
        paths: flags.path,
        config: flags.config,
        kustomize: flags.kustomize,
        helm: flags.helm?.map((chart) => ({ chart, values: flags['helm-values'] })),
        cwd: process.cwd(),
        mayBeEmpty,
      },
      signal,
    );
  } catch (error) {
    if (error instanceof SourceError) throw new UserError(withAdvice(error.message, error.fix));
    if (error instanceof GitFailure) throw new UserError(unreadable(error.message));
    throw error;
  }
}

/** A repository that git itself cannot read: a partial clone whose remote is out of reach, a damaged one. */
function unreadable(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  const promised = lines.find((line) => line.includes('promisor remote'));
  const reason = (promised ?? lines.find((line) => line !== '') ?? said).replace(/^(fatal|error): /, '');
  return promised === undefined
    ? withAdvice(`git cannot read the repository: ${reason}`, 'see what git fsck says of it')
    : withAdvice(
        `this partial clone lacks files, and its remote cannot be asked for them: ${reason}`,
        'reach the remote, or clone without --filter',
      );
}
