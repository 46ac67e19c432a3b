import { writeOutputFile } from '../io/output-file.ts';
import type { Report } from '../model/report.ts';
import { type Format, reporters } from '../report/index.ts';

/** One more output of a run. */
export interface OutputFile {
  format: Format;
  /** A path, or `-` for stdout, after what is printed there anyway. */
  file: string;
}

/** Width of text in a file. */
const width = 100;

/**
 * Writes a report in every form that was asked for, and returns what goes to stdout.
 *
 * @throws an expected Error where a file cannot be written
 */
export function writeReports(report: Report, files: readonly OutputFile[]): string {
  let printed = '';
  for (const { format, file } of files) {
    const text = reporters[format](report, { color: false, width });
    if (file === '-') printed += text;
    else write(file, text);
  }
  return printed;
}

function write(file: string, text: string): void {
  try {
    writeOutputFile(file, text);
  } catch (error) {
    const message = `--output-file: ${file} cannot be written: ${(error as Error).message}`;
    throw Object.assign(new Error(message), { expected: true });
  }
}
