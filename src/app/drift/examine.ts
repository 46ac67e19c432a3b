import { compareConfigs } from '../../compare/index.ts';
import type { Comparison, Difference } from '../../compare/types.ts';
import { compileProxy } from '../../compile/index.ts';
import { decodeConfigDumpBytes } from '../../decode/bytes.ts';
import { asideReasons, type LiveProxy } from '../../decode/index.ts';
import { type ClusterState, isProblem, type ProxyAnswers, type ProxySource } from '../../model/cluster-state.ts';
import type { ProxyConfig, ResourceType } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Diagnostic } from '../../model/report.ts';
import type { Registry } from '../../registry/types.ts';
import { logRejections } from './proxy-log.ts';
import { readSyncz, type SyncRow, type SyncState, streamIsAlive, unackedTypes } from './sync.ts';
import type { ExaminedProxy, Rejection } from './types.ts';

/** A proxy that was read, with what it should hold and where it differs. */
export interface Examined {
  examined: ExaminedProxy;
  expected: ProxyConfig;
  differences: Difference[];
}

export interface Examination {
  proxies: Examined[];
  /** Proxies that could not be read, a row each. */
  unread: Diagnostic[];
  /** What else a reader should know of the proxies. */
  notes: Diagnostic[];
  compared: { resources: number; leaves: number };
  notCompared: Map<string, number>;
}

/**
 * Reads the selected proxies, as many at once as `concurrency` says, and compares each with what the API server's
 * objects compile to. A proxy that cannot be read becomes a row in `unread`; it never hides another.
 */
export async function examine(
  state: ClusterState,
  registry: Registry,
  options: { concurrency: number; signal?: AbortSignal; onProgress?: (done: number, of: number) => void },
): Promise<Examination> {
  const aside = new Map<string, number>();
  const result: Examination = {
    proxies: [],
    unread: [],
    notes: [],
    compared: { resources: 0, leaves: 0 },
    notCompared: new Map(),
  };
  const known = new Map(registry.proxies.map((proxy) => [proxy.id, proxy]));
  const rows = syncRows(state);
  const queue = [...state.proxies];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let source = queue.shift(); source; source = queue.shift()) {
      const outcome = await examineOne(source, known.get(source.id), registry, rows, options.signal);
      if ('examined' in outcome) {
        const { aside: set, ...examined } = outcome;
        result.proxies.push(examined);
        for (const { why } of set) aside.set(asideReasons[why], (aside.get(asideReasons[why]) ?? 0) + 1);
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
  // What Envoys still hold and do not serve with any more, or not yet, is no part of the comparison, and told.
  for (const [reason, count] of aside)
    result.notes.push({ severity: 'info', message: `set aside: ${count} ${reason}` });
  result.proxies.sort((a, b) => (a.examined.proxy.id < b.examined.proxy.id ? -1 : 1));
  result.unread.sort((a, b) => ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1));
  return result;
}

type Outcome = Examined & Comparison & { aside: LiveProxy['aside'] };

async function examineOne(
  source: ProxySource,
  proxy: Proxy | undefined,
  registry: Registry,
  rows: Map<string, SyncRow> | undefined,
  signal: AbortSignal | undefined,
): Promise<Outcome | Diagnostic> {
  const unread = (message: string, fix: string): Diagnostic => ({
    severity: 'error',
    subject: source.id,
    message,
    fix,
  });
  const answers = await source.read(signal);
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
    return { examined: judge(proxy, live, answers, rows), expected, aside: live.aside, ...comparison };
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

function judge(
  proxy: Proxy,
  live: LiveProxy,
  answers: ProxyAnswers,
  rows: Map<string, SyncRow> | undefined,
): ExaminedProxy {
  const row = rows?.get(proxy.id);
  const rejections: Rejection[] = live.rejected
    .filter((it) => it.name !== '' || live.rejected.every((other) => other === it || other.details !== it.details))
    .map((it) => ({ type: it.type, name: it.name, details: it.details, time: it.lastUpdateAttempt }));
  const behind = row ? unackedTypes(row) : [];
  for (const type of behind) {
    if (rejections.some((it) => it.type === type)) continue;
    if (!row || !streamIsAlive(row, type)) continue;
    const logged = logRejections(answers.log ?? '').get(type);
    rejections.push({ type, name: logged?.name ?? '', details: logged?.details ?? '' });
  }
  return { proxy, live: live.config, row: row ?? {}, rejections, state: stateOf(rows, row, behind, rejections) };
}

function stateOf(
  rows: Map<string, SyncRow> | undefined,
  row: SyncRow | undefined,
  behind: readonly ResourceType[],
  rejections: readonly Rejection[],
): SyncState {
  if (rejections.length > 0) return 'rejected';
  if (!rows) return 'unknown';
  if (!row) return 'disconnected';
  if (Object.keys(row).length === 0) return 'not-sent';
  return behind.length > 0 ? 'stale' : 'synced';
}

/** The rows of all istiods that answered, or undefined where none did. */
function syncRows(state: ClusterState): Map<string, SyncRow> | undefined {
  const answered = state.istiods.filter((istiod) => istiod.syncz !== undefined);
  if (answered.length === 0) return undefined;
  const rows = new Map<string, SyncRow>();
  for (const istiod of answered) {
    for (const [proxy, row] of readSyncz(istiod.syncz)) {
      const known = rows.get(proxy);
      // After a reconnection the former istiod may show the proxy for a while: the row with less behind is in force.
      if (!known || unackedTypes(row).length < unackedTypes(known).length) rows.set(proxy, row);
    }
  }
  return rows;
}
