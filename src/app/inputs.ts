import { type ProxySelection, parseTimeout } from '../io/kube/options.ts';
import { type ClusterState, isProblem, type Problem, type ProxySource } from '../model/cluster-state.ts';
import type { Resource } from '../model/resource.ts';
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
  context?: string;
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

/**
 * Reads the cluster's side: a capture or a live cluster, with the proxies that the flags select.
 *
 * @param ask what istiod is asked: nothing with `istiods: false` (or --no-proxies, where that is not given), and with
 *   `registry` for its registry too, which only a capture keeps
 */
export async function readState(
  flags: InputFlags,
  signal: AbortSignal,
  ask: { istiods?: boolean; registry?: boolean } = {},
): Promise<ClusterState> {
  if (flags.namespace !== undefined && flags['all-namespaces']) {
    throw new UserError('-n and -A exclude each other');
  }
  if (flags.capture !== undefined) return readCaptured(flags.capture, selectionOf(flags));
  const { readCluster } = await import('../io/kube/read-cluster.ts');
  const state = await readCluster(
    {
      kubeconfig: flags.kubeconfig,
      context: flags.context,
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
      ...ask,
      ...selectionOf(flags),
    },
    signal,
  );
  if (isProblem(state)) throw new UserError(`${state.message}; ${state.advice}`);
  const without = state.proxies.length === 0 ? state.skipped.find(({ essential }) => essential) : undefined;
  if (without) throw new UserError(without.message);
  return state;
}

/** @throws UserError for what is not a duration; each proxy must have a deadline, so 0 is none either */
function proxyTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseTimeout(text);
  if (!ms) throw new UserError(`--proxy-timeout "${text}" is not a duration; write 30s or 2m`);
  return ms;
}

function selectionOf(flags: InputFlags): ProxySelection {
  return { namespace: flags.namespace, selector: flags.selector, proxies: flags.proxy };
}

async function readCaptured(directory: string, selection: ProxySelection): Promise<ClusterState> {
  const { podId, selectProxies } = await import('../io/kube/proxies.ts');
  const { readCaptureState } = await import('../io/capture-source.ts');
  const { CaptureError } = await import('../io/capture.ts');
  const state = await readCaptureState(directory).catch((error: unknown) => {
    throw error instanceof CaptureError ? new UserError(error.message) : error;
  });
  const pods = selectProxies(state.resources, selection);
  if (isProblem(pods)) throw new UserError(`${pods.message}; ${pods.advice}`);
  const selected = new Set(pods.map(podId));
  const captured = new Set(state.proxies.map((proxy) => proxy.id));
  const all = Object.values(selection).every((value) => value === undefined);
  const missing = pods.filter((pod) => !captured.has(podId(pod))).map((pod) => notCaptured(pod, state.leftOut));
  const proxies = [...state.proxies.filter((proxy) => all || selected.has(proxy.id)), ...missing];
  return { ...state, proxies: proxies.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** A pod with a proxy of which the capture has no dump: a row of its own, as a live proxy that does not answer. */
function notCaptured(pod: Resource, leftOut: ClusterState['leftOut']): ProxySource {
  const { namespace, name } = pod.metadata;
  const reason = leftOut?.get(`proxies/${namespace}/${name}`);
  const problem: Problem = reason
    ? {
        code: 'not-found',
        message: `${namespace}/${name}: left out of the capture: ${reason}`,
        advice: 'take the capture again with a larger --max-size, or with -n, -l or --proxy.',
      }
    : {
        code: 'not-found',
        message: `${namespace}/${name}: the capture holds no config_dump of this proxy`,
        advice: 'it could not be read when the capture was taken; see whether its istio-proxy container runs.',
      };
  return { id: `${namespace}/${name}`, namespace, podName: name, read: async () => problem };
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
    if (error instanceof SourceError)
      throw new UserError(error.fix === '' ? error.message : `${error.message}; ${error.fix}`);
    throw error;
  }
}
