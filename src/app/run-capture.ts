import { exitCodes } from './exit-code.ts';
import { type InputFlags, readState, UserError } from './inputs.ts';

/**
 * `kubectl mesh capture`: reads the cluster and writes it down.
 *
 * @returns what was written, and what could not be read, in lines for people
 * @throws UserError where nothing can be read, or the directory cannot take it
 */
export async function runCapture(
  flags: InputFlags,
  directory: string,
  signal: AbortSignal,
  onProgress: (done: number, of: number) => void,
): Promise<{ lines: string[]; code: number }> {
  const { writeCapture } = await import('../io/capture/write.ts');
  const { CaptureError } = await import('../io/capture.ts');
  const state = await readState(flags, signal, true);
  const options = { concurrency: flags.concurrency, signal, onProgress };
  const written = await writeCapture(state, directory, options).catch((error: unknown) => {
    throw error instanceof CaptureError ? new UserError(error.message) : error;
  });
  // A kind that the server has not got is no gap.
  const gaps = state.skipped.filter(({ reason }) => reason !== 'not-served');
  const lines = [
    ...gaps.map(({ message }) => `warning: ${message}`),
    ...written.problems.map(({ message, advice }) => `warning: ${message}; ${advice}`),
    `wrote ${written.resources} objects and ${written.proxies} of ${state.proxies.length} proxies to ${directory}`,
  ];
  return { lines, code: lines.length > 1 ? exitCodes.incomplete : exitCodes.clean };
}
