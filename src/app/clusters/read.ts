import { withAdvice } from '../../model/advice.ts';
import { type ClusterState, isProblem, type Problem } from '../../model/cluster-state.ts';
import type { Diagnostic, Report } from '../../model/report.ts';
import { type Ask, type InputFlags, readLive, readOptions, selectionOf, UserError } from '../inputs.ts';
import { selectCaptured } from './captured.ts';
import type { NamedState, ReadClusters, UnreadCluster } from './named-state.ts';
import { noSuchCluster, selectAcross, withClusterNames } from './select.ts';
import { standpoints, unseenOf } from './standpoints.ts';

/** What a command works on: one cluster, or several of which each is a state of its own. */
export interface Mesh {
  /** The proxies of each cluster with what configures them. */
  states: ClusterState[];
  /** Where they were read from, as a report says it. */
  cluster: Pick<Report['cluster'], 'context' | 'capture' | 'clusters'>;
  /** A row for each cluster that could not be read: then nothing is complete. */
  unread: Diagnostic[];
  /** What else a reader should know of how the clusters were joined. */
  notes?: Diagnostic[];
}

/**
 * Reads the clusters' side: a capture, a live cluster, or several (`--context` given more than once, a capture of
 * several), with the proxies that the flags select.
 *
 * @throws UserError where nothing can be examined
 */
export async function readMesh(flags: InputFlags, signal: AbortSignal, ask: Ask = {}): Promise<Mesh> {
  if (flags.namespace !== undefined && flags['all-namespaces']) throw new UserError('-n and -A exclude each other');
  const read = await readClusters(flags, signal, ask);
  if (!('states' in read)) {
    const { capture } = flags;
    const cluster = capture === undefined ? { context: read.origin } : { capture };
    return { states: [{ ...read, unseenClusters: unseenOf(read) }], cluster, unread: [] };
  }
  const selected = withClusterNames(selectAcross(read.states, selectionOf(flags)));
  const states = standpoints(selected);
  const nobody = states.every(({ proxies }) => proxies.length === 0);
  const without = nobody ? states.flatMap(({ skipped }) => skipped).find(({ essential }) => essential) : undefined;
  if (without) throw new UserError(without.message);
  const notes = ask.istiods === false ? [] : silentIstiods(states);
  return { states, cluster: origins(flags, read), unread: read.unread.map(unreadRow), notes };
}

/**
 * Reads one cluster with what is selected, or several without a selection yet.
 *
 * @throws UserError where none can be read
 */
export async function readClusters(
  flags: InputFlags,
  signal: AbortSignal,
  ask: Ask,
): Promise<ClusterState | ReadClusters> {
  const contexts = [...new Set(flags.context ?? [])];
  if (flags.capture !== undefined) return readCaptured(flags, contexts);
  if (contexts.length < 2) return readLive(flags, signal, ask);
  if (flags.cluster !== undefined || flags.user !== undefined)
    throw new UserError(
      '--cluster and --user say how one context is reached; with several write them into the kubeconfig',
    );
  const { readCluster } = await import('../../io/kube/read-cluster.ts');
  const outcomes = await Promise.all(
    contexts.map((context) => readCluster({ ...readOptions(flags, context), ...ask }, signal)),
  );
  signal.throwIfAborted();
  const states: NamedState[] = [];
  const unread: UnreadCluster[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const name = contexts[index]!;
    if (isProblem(outcome)) unread.push({ name, problem: outcome });
    else states.push({ name, state: outcome });
  }
  if (states.length === 0) throw new UserError(unread.map(messageOf).join('\n'));
  return { states, unread };
}

async function readCaptured(flags: InputFlags, contexts: readonly string[]): Promise<ClusterState | ReadClusters> {
  const { readCaptureStates } = await import('../../io/capture-source.ts');
  const { CaptureError } = await import('../../io/capture.ts');
  const { states, unread } = await readCaptureStates(flags.capture ?? '').catch((error: unknown) => {
    throw error instanceof CaptureError ? new UserError(error.message) : error;
  });
  const named = states.flatMap(({ name, state }) => (name === undefined ? [] : [{ name, state }]));
  const [only] = states;
  if (only && named.length === 0) {
    const other = contexts.find((name) => name !== only.context);
    if (other !== undefined) throw notOfContext(flags.capture ?? '', other, only.context);
    return selectCaptured(only.state, selectionOf(flags));
  }
  const names = [...named, ...unread].map(({ name }) => name);
  const unknown = contexts.find((name) => !names.includes(name));
  if (unknown !== undefined) throw noSuchCluster(unknown, names);
  const wanted = (name: string): boolean => contexts.length === 0 || contexts.includes(name);
  const chosen = named.filter(({ name }) => wanted(name));
  const missing = unread
    .filter(({ name }) => wanted(name))
    .map(({ name, reason }) => ({ name, problem: past(reason) }));
  if (chosen.length === 0) throw new UserError(missing.map(messageOf).join('\n'));
  if (contexts.length === 1 && chosen[0]) return selectCaptured(chosen[0].state, selectionOf(flags));
  const whole = chosen.map(({ name, state }) => ({ name, state: selectCaptured(state, {}) }));
  return { states: whole, unread: missing };
}

/** The error for a context that a capture of one cluster was not taken with, or does not tell. */
function notOfContext(capture: string, context: string, taken: string | undefined): UserError {
  const it = taken === undefined ? 'which has no name' : `taken with context ${taken}`;
  return new UserError(
    `there is no cluster "${context}" in ${capture}: it is a capture of one cluster, ${it}; leave out --context`,
  );
}

/** Control planes that did not tell which clusters they read: all that were given are taken. */
function silentIstiods(states: readonly ClusterState[]): Diagnostic[] {
  const silent = states.filter(
    ({ istiods, standpoint }) => standpoint?.remotes.length && istiods.every(({ clusterz }) => clusterz === undefined),
  );
  return [...new Set(silent.map(({ standpoint }) => standpoint?.config))].map((name) => ({
    severity: 'warning',
    subject: name,
    message: `cluster ${name}: its istiod did not tell which clusters it reads, so it is taken to read all that were given`,
    fix: 'give --context once where they are meshes of their own.',
  }));
}

function past(reason: string): Problem {
  return { code: 'not-found', message: `when the capture was taken: ${reason}`, advice: 'take the capture again.' };
}

/** In one sentence, for people. */
export function messageOf({ name, problem }: UnreadCluster): string {
  return withAdvice(`cluster ${name} could not be read: ${problem.message}`, problem.advice);
}

function unreadRow({ name, problem }: UnreadCluster): Diagnostic {
  const fix = problem.advice === '' ? {} : { fix: problem.advice };
  return { severity: 'error', subject: name, message: `cluster ${name} could not be read: ${problem.message}`, ...fix };
}

function origins(flags: InputFlags, { states, unread }: ReadClusters): Mesh['cluster'] {
  const clusters = [
    ...states.map(({ name, state }) => ({ name, origin: state.origin, read: true })),
    ...unread.map(({ name }) => ({ name, origin: `context ${name}`, read: false })),
  ];
  const context = clusters.map(({ name }) => name).join(', ');
  return {
    ...(flags.capture === undefined ? { context: `contexts ${context}` } : { capture: flags.capture }),
    clusters,
  };
}
