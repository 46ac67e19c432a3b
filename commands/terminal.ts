import { Presets, SingleBar } from 'cli-progress';
import { type OutputFile, withPages, writeReports } from '../src/app/output-files.ts';
import type { Report } from '../src/model/report.ts';
import { type Format, reporters } from '../src/report/index.ts';
import type { Style } from '../src/report/types.ts';

const defaultWidth = 100;

/**
 * Prints a report to stdout, and writes it in the other forms that were asked for. Where a file cannot be written, all
 * else is there all the same.
 *
 * @throws an expected Error for files that could not be written
 */
export async function print(
  report: Report,
  flags: { output: Format; 'output-file'?: OutputFile[] | undefined },
  code: number,
): Promise<void> {
  const { printed, failures } = writeReports(report, flags['output-file'] ?? []);
  await printText((style) => reporters[flags.output](report, withPages(style)) + printed, code);
  if (failures.length > 0) throw Object.assign(new Error(failures.join('\n')), { expected: true });
}

/**
 * Prints text to stdout, coloured and fitted only where a person reads it (NO_COLOR as on no-color.org).
 *
 * @param code the exit code; it is set before anything is printed, so that a reader that closes the pipe (`| head`)
 *   does not make a run clean that is not
 */
export async function printText(write: (style: Style) => string, code: number): Promise<void> {
  process.exitCode = code;
  const terminal = process.stdout.isTTY === true;
  const color = terminal && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  const width = Math.max(40, terminal ? (process.stdout.columns ?? defaultWidth) : defaultWidth);
  const text = write({ color, width });
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}

/** A progress bar on stderr; silent where nobody watches. */
export interface Progress {
  /** @param words in place of `done/of` and what is counted */
  update(done: number, of: number, words?: string): void;
  stop(): void;
}

/** @param what is counted */
export function progress(what: string): Progress {
  const terminal = process.stderr.isTTY === true;
  const bar = new SingleBar(
    { format: '{bar} {words}', clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  return {
    update(done, of, words = `${done}/${of} ${what}`) {
      if (!terminal) return;
      if (bar.isActive) {
        bar.setTotal(of);
        bar.update(done, { words });
      } else bar.start(of, done, { words });
    },
    stop: () => bar.stop(),
  };
}

/**
 * A signal that fires at Ctrl-C, so that connections are closed and temporary files removed; a second Ctrl-C ends at
 * once, and so does the first one after `done`.
 */
export function interruptible(): { signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new DOMException('interrupted', 'AbortError'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    done: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
