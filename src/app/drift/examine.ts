import { compareInSteps } from '../../compare/index.ts';
import { ComparisonMemory } from '../../compare/memory.ts';
import type { Comparison, Difference } from '../../compare/types.ts';
import { withoutUnseen } from '../../compare/unseen-clusters.ts';
import { compileProxy } from '../../compile/index.ts';
import { decodeInSteps } from '../../decode/bytes.ts';
import { asideReasons, type LiveProxy } from '../../decode/index.ts';
import { KnownValues } from '../../decode/known-values.ts';
import {
  type ClusterState,
  isProblem,
  type OtherAnswers,
  type Problem,
  type ProxyAnswers,
  type ProxyPart,
  type ProxySource,
} from '../../model/cluster-state.ts';
import { counted } from '../../model/counted.ts';
import type { ProxyConfig, ResourceType } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Diagnostic } from '../../model/report.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { unseenIn } from '../clusters/unseen.ts';
import { type Connections, connectionsOf } from './connections.ts';
import { goneObjects } from './gone-objects.ts';
import { IdlePatches } from './idle-patches.ts';
import { inSlices, turn } from './in-slices.ts';
import { judge } from './judge.ts';
import { SharedConfigs } from './shared-configs.ts';
import type { ExaminedProxy } from './types.ts';

/** A proxy that was read, with what it should hold and where it differs. */
export interface Examined {
  examined: ExaminedProxy;
  /** Its values have origins where there are differences to explain. */
  expected: ProxyConfig;
  differences: Difference[];
  /** Of a proxy that is behind: objects that only its differences still speak of. */
  gone?: ReadonlyMap<Difference, Resource>;
}

export interface ExamineOptions {
  concurrency: number;
  signal?: AbortSignal;
  onProgress?: (done: number, of: number) => void;
  /** What is asked of each proxy beside its dump and log, for `observe`; nothing by default. */
  parts?: readonly ProxyPart[];
  /** Sees all that each proxy told, before it is let go. */
  observe?: (proxy: Proxy, answers: OtherAnswers, live: LiveProxy) => void;
}

export interface Examination {
  proxies: Examined[];
  /** Proxies that could not be read, a row each; and one row for those that a stopped run did not come to. */
  unread: Diagnostic[];
  /** How many of the selected proxies were not examined. */
  skipped: number;
  /** What else a reader should know of the proxies. */
  notes: Diagnostic[];
  compared: { resources: number; leaves: number };
  notCompared: Map<string, number>;
  /** EnvoyFilter patches without effect. */
  idle: IdlePatches;
}

/** What many proxies have in common is worked once: parsed, compared, kept. */
class Common {
  readonly values = new KnownValues();
  readonly comparisons = new ComparisonMemory();
  readonly configs = new SharedConfigs();
}

/**
 * Reads the selected proxies, as many at once as `concurrency` says, and compares each with what the API server's
 * objects compile to. A proxy that cannot be read becomes a row in `unread`; it never hides another. Where the signal
 * stops the run, what was examined by then is the result.
 */
export async function examine(state: ClusterState, registry: Registry, options: ExamineOptions): Promise<Examination> {
  const aside = new Map<string, number>();
  const result: Examination = {
    proxies: [],
    unread: [],
    notes: [],
    skipped: 0,
    compared: { resources: 0, leaves: 0 },
    notCompared: new Map(),
    idle: new IdlePatches(),
  };
  const known = new Map(registry.proxies.map((proxy) => [proxy.id, proxy]));
  const connections = connectionsOf(state);
  const common = new Common();
  const refusals = new Map<string, { first: Problem; count: number }>();
  const queue = [...state.proxies];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let source = queue.shift(); source; source = queue.shift()) {
      const proxy = known.get(source.id);
      const outcome = await examineOne(source, proxy, registry, { state, connections, options, common });
      if (options.signal?.aborted && !('examined' in outcome)) continue;
      if ('examined' in outcome) {
        const { differences, examined, gone } = outcome;
        result.idle.add(examined.proxy.id, outcome.compiled);
        result.proxies.push({ examined, expected: outcome.expected, differences, gone });
        for (const { why } of outcome.aside) aside.set(asideReasons[why], (aside.get(asideReasons[why]) ?? 0) + 1);
        for (const it of outcome.problems) {
          if (it.code !== 'forbidden') continue;
          refusals.set(it.advice, { first: it, count: (refusals.get(it.advice)?.count ?? 0) + 1 });
        }
        result.compared.resources += outcome.compared.resources;
        result.compared.leaves += outcome.compared.leaves;
        for (const [reason, count] of outcome.notCompared) {
          result.notCompared.set(reason, (result.notCompared.get(reason) ?? 0) + count);
        }
      } else result.unread.push(outcome);
      done += 1;
      options.onProgress?.(done, state.proxies.length);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.concurrency) }, work));
  for (const { first, count } of refusals.values()) {
    const others = count > 1 ? ` (and for ${counted(count - 1, 'more proxy')})` : '';
    result.notes.push({ severity: 'warning', message: `${first.message}${others}`, fix: first.advice });
  }
  // What Envoys still hold and do not serve with any more, or not yet, is no part of the comparison, and told.
  for (const [reason, count] of aside)
    result.notes.push({ severity: 'info', message: `set aside: ${count} ${reason}` });
  result.proxies.sort((a, b) => (a.examined.proxy.id < b.examined.proxy.id ? -1 : 1));
  result.skipped = state.proxies.length - result.proxies.length;
  result.unread.sort((a, b) => ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1));
  const left = result.skipped - result.unread.length;
  if (left > 0) result.unread.push(stopped(left, state.proxies.length));
  return result;
}

function stopped(left: number, of: number): Diagnostic {
  const message = `the run was stopped before its end: ${left} of ${counted(of, 'proxy')} ${left === 1 ? 'was' : 'were'} not examined`;
  return { severity: 'error', message, fix: 'run again for the whole picture.' };
}

type Outcome = Examined & Comparison & { compiled: ProxyConfig; aside: LiveProxy['aside']; problems: Problem[] };

interface Context {
  state: ClusterState;
  connections: Connections;
  options: ExamineOptions;
  common: Common;
}

async function examineOne(
  source: ProxySource,
  proxy: Proxy | undefined,
  registry: Registry,
  context: Context,
): Promise<Outcome | Diagnostic> {
  const { options } = context;
  const unread = (message: string, fix: string): Diagnostic => ({
    severity: 'error',
    subject: source.id,
    message,
    fix,
  });
  if (options.signal?.aborted) return unread(`${source.id}: not read before the run was stopped`, 'run again.');
  const read = await readDecoded(source, context);
  if (isProblem(read)) return unread(read.message, read.advice);
  try {
    if (!proxy) {
      return unread(
        `${source.id}: its pod is not among the API server's objects`,
        'the pod was deleted while this ran, or the capture is incomplete; run again.',
      );
    }
    if (read.live instanceof Error) {
      return unread(
        `${source.id}: its config_dump cannot be used: ${read.live.message}`,
        'ask the proxy again; a dump that was cut off has no closing brace.',
      );
    }
    return await examineLive(read.live, read.answers, proxy, registry, context);
  } catch (error) {
    return unread(
      `${source.id}: kubectl mesh failed to compile what it should hold: ${(error as Error).message}`,
      'this is a fault of kubectl mesh; please report it with a capture.',
    );
  } finally {
    read.release?.();
  }
}

/** What a proxy holds, with its other answers. The text of the dump goes: what follows takes more memory than it. */
async function readDecoded(
  source: ProxySource,
  { options: { signal, parts = [] }, common }: Context,
): Promise<{ live: LiveProxy | Error; answers: OtherAnswers; release: ProxyAnswers['release'] } | Problem> {
  const read = await source.read(signal, parts);
  if (isProblem(read)) return read;
  const { configDump, release, ...answers } = read;
  const live = await inSlices(decodeInSteps(configDump, common.values), signal).catch((error: Error) => error);
  return { live, answers, release };
}

async function examineLive(
  live: LiveProxy,
  answers: OtherAnswers,
  proxy: Proxy,
  registry: Registry,
  { state, connections, options, common }: Context,
): Promise<Outcome> {
  const compiled = compileProxy(proxy, registry);
  await turn(options.signal);
  const shared = common.configs.share(compiled);
  const all = await inSlices(compareInSteps(shared, live.config, common.comparisons), options.signal);
  const comparison = withoutUnseen(all, live.config, unseenIn(state, registry));
  options.observe?.(proxy, answers, live);
  const examined = judge(proxy, live, answers, connections, state.takenAt);
  return {
    examined,
    compiled,
    expected: examined.rejections.length > 0 ? compiled : toExplain(compiled, shared, comparison.differences),
    aside: live.aside,
    problems: answers.problems,
    ...comparison,
    ...(examined.state === 'synced' ? {} : { gone: goneObjects(live.config, comparison.differences, registry) }),
  };
}

/** Of the resources that differ the proxy's own, whose values have its origins; of all others those that many share. */
function toExplain(own: ProxyConfig, shared: ProxyConfig, differences: readonly Difference[]): ProxyConfig {
  if (differences.length === 0) return shared;
  const differing = new Set(differences.map(({ type, name }) => `${type} ${name}`));
  const pick = <T extends object>(type: ResourceType, mine: readonly T[], others: readonly T[], name: keyof T): T[] =>
    mine.map((resource, at) => (differing.has(`${type} ${resource[name]}`) ? resource : (others[at] ?? resource)));
  return {
    clusters: pick('cluster', own.clusters, shared.clusters, 'name'),
    endpoints: pick('endpoint', own.endpoints, shared.endpoints, 'cluster_name'),
    listeners: pick('listener', own.listeners, shared.listeners, 'name'),
    routes: pick('route', own.routes, shared.routes, 'name'),
  };
}
