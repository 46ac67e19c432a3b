import { type Extra, extras } from '../io/capture/redact/value.ts';
import type { CaptureSink } from '../io/capture/sink.ts';
import type { WriteOptions, Written } from '../io/capture/write.ts';
import { withAdvice } from '../model/advice.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import { counted } from '../model/counted.ts';
import type { ReadClusters } from './clusters/named-state.ts';
import { messageOf, readClusters } from './clusters/read.ts';
import { selectAcross } from './clusters/select.ts';
import { exitCodes } from './exit-code.ts';
import { type Ask, type InputFlags, selectionOf, UserError } from './inputs.ts';

/** What `--redact` takes out beyond secrets. */
export { extras as redactions };

export interface CaptureFlags extends InputFlags {
  'max-size'?: string;
  redact?: Extra[];
}

/**
 * `kubectl mesh capture`: reads the cluster and writes it down.
 *
 * @returns what was written, and what could not be read, in lines for people
 * @throws UserError where nothing can be read, or the directory cannot take it
 */
export async function runCapture(
  flags: CaptureFlags,
  path: string,
  signal: AbortSignal,
  onProgress: (done: number, of: number) => void,
): Promise<{ lines: string[]; code: number }> {
  const { CaptureError } = await import('../io/capture.ts');
  const maxBytes = parseSize(flags['max-size']);
  const sink = await openSink(path).catch((error: unknown) => {
    throw error instanceof CaptureError ? new UserError(error.message) : error;
  });
  const ask = { registry: true, definitions: true, istiods: !flags['no-proxies'] };
  const read = await selected(flags, signal, ask).catch(async (error: unknown) => {
    await sink.abandon();
    throw error;
  });
  const options = { concurrency: flags.concurrency, maxBytes, redact: flags.redact, signal, onProgress };
  const { states, unread } = 'states' in read ? read : { states: [{ name: '', state: read }], unread: [] };
  if (flags['no-proxies']) for (const { state } of states) state.proxies = [];
  const several = 'states' in read;
  const written = several ? await writeAll(read, sink, options) : [await writeOne(read, sink, options)];
  const told = states.map(({ name, state }, index) => {
    const lines = linesOf(state, written[index]!);
    return several ? lines.map((line) => line.replace(/^([a-z ]+): /, `$1: cluster ${name}: `)) : lines;
  });
  const sum = (of: (it: Written) => number): number => written.reduce((total, it) => total + of(it), 0);
  const all = states.reduce((total, { state }) => total + state.proxies.length, 0);
  const lines = [
    ...unread.map((it) => `error: ${messageOf(it)}`),
    ...told.flat(),
    ...(flags['no-proxies'] ? ['left out: proxies (--no-proxies)'] : []),
    `wrote ${counted(
      sum((it) => it.resources),
      'object',
    )} and ${sum((it) => it.proxies)} of ${counted(all, 'proxy')} to ${path} (${Math.ceil(sum((it) => it.bytes) / 1e6)} MB before compression)`,
  ];
  const incomplete = lines.some((line) => /^(?:error|warning): /.test(line));
  return { lines, code: incomplete ? exitCodes.incomplete : exitCodes.clean };
}

/** One cluster or several, with the proxies that are selected. */
async function selected(flags: CaptureFlags, signal: AbortSignal, ask: Ask): Promise<ClusterState | ReadClusters> {
  const read = await readClusters(flags, signal, ask);
  return 'states' in read ? { ...read, states: selectAcross(read.states, selectionOf(flags)) } : read;
}

async function writeOne(state: ClusterState, sink: CaptureSink, options: WriteOptions): Promise<Written> {
  const { writeCapture } = await import('../io/capture/write.ts');
  return writeCapture(state, sink, options);
}

async function writeAll(
  { states, unread }: ReadClusters,
  sink: CaptureSink,
  options: WriteOptions,
): Promise<Written[]> {
  const { writeSeveral } = await import('../io/capture/write-several.ts');
  const reasons = new Map(unread.map(({ name, problem }) => [name, withAdvice(problem.message, problem.advice)]));
  return writeSeveral(states, reasons, sink, options);
}

/** What of one cluster could not be read, or was left out. */
function linesOf(state: ClusterState, written: Written): string[] {
  // A kind that the server has not got is no gap.
  const gaps = state.skipped.filter(({ reason }) => reason !== 'not-served');
  return [
    ...gaps.map(({ message, replaced }) => `${replaced ? 'note' : 'warning'}: ${message}`),
    ...written.problems.map(({ message, advice }) => `warning: ${withAdvice(message, advice)}`),
    ...written.leftOut.map(({ what, reason }) => `left out: ${what} (${reason})`),
  ];
}

async function openSink(path: string): Promise<CaptureSink> {
  const { isArchive } = await import('../io/capture/archive.ts');
  if (isArchive(path)) return (await import('../io/capture/archive-sink.ts')).archiveSink(path);
  return (await import('../io/capture/sink.ts')).directorySink(path);
}

const units = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
]);

/** `500M`, `2Gi`, `100000`. @throws UserError for anything else */
function parseSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^(\d+)\s*([kmg]?)(?:i?b?)$/i.exec(text) ?? [];
  const bytes = Number(amount) * (units.get((unit ?? '').toLowerCase()) ?? Number.NaN);
  if (!(bytes > 0)) throw new UserError(`--max-size "${text}" is not a size; write 500M or 2G`);
  return bytes;
}
