import { type Extra, extras } from '../io/capture/redact/value.ts';
import type { CaptureSink } from '../io/capture/sink.ts';
import { exitCodes } from './exit-code.ts';
import { type InputFlags, readState, UserError } from './inputs.ts';

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
  const { writeCapture } = await import('../io/capture/write.ts');
  const { CaptureError } = await import('../io/capture.ts');
  const maxBytes = parseSize(flags['max-size']);
  const sink = await openSink(path).catch((error: unknown) => {
    throw error instanceof CaptureError ? new UserError(error.message) : error;
  });
  const state = await readState(flags, signal, { registry: true, istiods: !flags['no-proxies'] }).catch(
    async (error: unknown) => {
      await sink.abandon();
      throw error;
    },
  );
  if (flags['no-proxies']) state.proxies = [];
  const options = { concurrency: flags.concurrency, maxBytes, redact: flags.redact, signal, onProgress };
  const written = await writeCapture(state, sink, options);
  // A kind that the server has not got is no gap.
  const gaps = state.skipped.filter(({ reason }) => reason !== 'not-served');
  const lines = [
    ...gaps.map(({ message }) => `warning: ${message}`),
    ...written.problems.map(({ message, advice }) => `warning: ${message}; ${advice}`),
    ...(flags['no-proxies'] ? ['left out: proxies (--no-proxies)'] : []),
    ...written.leftOut.map(({ what, reason }) => `left out: ${what} (${reason})`),
    `wrote ${written.resources} objects and ${written.proxies} of ${state.proxies.length} proxies to ${path} (${Math.ceil(written.bytes / 1e6)} MB before compression)`,
  ];
  const incomplete = gaps.length + written.problems.length > 0;
  return { lines, code: incomplete ? exitCodes.incomplete : exitCodes.clean };
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
