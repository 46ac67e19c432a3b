import { compareConfigs } from '../../compare/index.ts';
import type { Comparison, Difference } from '../../compare/types.ts';
import { compileProxy } from '../../compile/index.ts';
import { decodeConfigDumpBytes } from '../../decode/bytes.ts';
import { asideReasons, type LiveProxy } from '../../decode/index.ts';
import {
  type ClusterState,
  isProblem,
  type Problem,
  type ProxyAnswers,
  type ProxySource,
} from '../../model/cluster-state.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Diagnostic } from '../../model/report.ts';
import type { Registry } from '../../registry/types.ts';
import { type Connections, connectionsOf } from './connections.ts';
import { IdlePatches } from './idle-patches.ts';
import { judge } from './judge.ts';
import { SharedConfigs } from './shared-configs.ts';
import type { ExaminedProxy } from './types.ts';

/** A proxy that was read, with what it should hold and where it differs. */
export interface Examined {
  examined: ExaminedProxy;
  /** Its values have origins where there are differences to explain. */
  expected: ProxyConfig;
  differences: Difference[];
}

export interface ExamineOptions {
  concurrency: number;
  signal?: AbortSignal;
  onProgress?: (done: number, of: number) => void;
  /** Sees all that each proxy told, before it is let go. */
  observe?: (proxy: Proxy, answers: ProxyAnswers, live: LiveProxy) => void;
}

export interface Examination {
  proxies: Examined[];
  /** Proxies that could not be read, a row each. */
  unread: Diagnostic[];
  /** What else a reader should know of the proxies. */
  notes: Diagnostic[];
  compared: { resources: number; leaves: number };
  notCompared: Map<string, number>;
  /** EnvoyFilter patches without effect. */
  idle: IdlePatches;
}

/**
 * Reads the selected proxies, as many at once as `concurrency` says, and compares each with what the API server's
 * objects compile to. A proxy that cannot be read becomes a row in `unread`; it never hides another.
 */
export async function examine(state: ClusterState, registry: Registry, options: ExamineOptions): Promise<Examination> {
  const aside = new Map<string, number>();
  const result: Examination = {
    proxies: [],
    unread: [],
    notes: [],
    compared: { resources: 0, leaves: 0 },
    notCompared: new Map(),
    idle: new IdlePatches(),
  };
  const known = new Map(registry.proxies.map((proxy) => [proxy.id, proxy]));
  const connections = connectionsOf(state);
  const shared = new SharedConfigs();
  const refusals = new Map<string, { first: Problem; count: number }>();
  const queue = [...state.proxies];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let source = queue.shift(); source; source = queue.shift()) {
      const outcome = await examineOne(source, known.get(source.id), registry, { state, connections, options });
      if ('examined' in outcome) {
        const { differences, examined: proxy } = outcome;
        result.idle.add(proxy.proxy.id, outcome.expected);
        const plain = differences.length === 0 && proxy.rejections.length === 0;
        const expected = plain ? shared.share(outcome.expected) : outcome.expected;
        result.proxies.push({ examined: proxy, expected, differences });
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
    const others = count > 1 ? ` (and for ${count - 1} more proxies)` : '';
    result.notes.push({ severity: 'warning', message: `${first.message}${others}`, fix: first.advice });
  }
  // What Envoys still hold and do not serve with any more, or not yet, is no part of the comparison, and told.
  for (const [reason, count] of aside)
    result.notes.push({ severity: 'info', message: `set aside: ${count} ${reason}` });
  result.proxies.sort((a, b) => (a.examined.proxy.id < b.examined.proxy.id ? -1 : 1));
  result.unread.sort((a, b) => ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1));
  return result;
}

type Outcome = Examined & Comparison & { aside: LiveProxy['aside']; problems: Problem[] };

async function examineOne(
  source: ProxySource,
  proxy: Proxy | undefined,
  registry: Registry,
  { state, connections, options }: { state: ClusterState; connections: Connections; options: ExamineOptions },
): Promise<Outcome | Diagnostic> {
  const unread = (message: string, fix: string): Diagnostic => ({
    severity: 'error',
    subject: source.id,
    message,
    fix,
  });
  const answers = await source.read(options.signal);
  if (isProblem(answers)) return unread(answers.message, answers.advice);
  if (!proxy) {
    return unread(
      `${source.id}: its pod is not among the API server's objects`,
      'the pod was deleted while this ran, or the capture is incomplete; run again.',
    );
  }
  const live = decoded(answers.configDump);
  if (live instanceof Error) {
    return unread(
      `${source.id}: its config_dump cannot be used: ${live.message}`,
      'ask the proxy again; a dump that was cut off has no closing brace.',
    );
  }
  try {
    const expected = compileProxy(proxy, registry);
    const comparison = compareConfigs(expected, live.config);
    options.observe?.(proxy, answers, live);
    return {
      examined: judge(proxy, live, answers, connections, state.takenAt),
      expected,
      aside: live.aside,
      problems: answers.problems,
      ...comparison,
    };
  } catch (error) {
    return unread(
      `${source.id}: kubectl mesh failed to compile what it should hold: ${(error as Error).message}`,
      'this is a fault of kubectl mesh; please report it with a capture.',
    );
  }
}

function decoded(dump: Buffer): LiveProxy | Error {
  try {
    return decodeConfigDumpBytes(dump);
  } catch (error) {
    return error as Error;
  }
}
