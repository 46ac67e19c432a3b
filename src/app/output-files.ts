import { writeOutputFile } from '../io/output-file.ts';
import { rulePage } from '../io/rule-page.ts';
import type { Report } from '../model/report.ts';
import { type Format, reporters } from '../report/index.ts';
import type { Style } from '../report/types.ts';

/** One more output of a run. */
export interface OutputFile {
  format: Format;
  /** A path, or `-` for stdout, after what is printed there anyway. */
  file: string;
}

/** Width of text in a file. */
const width = 100;

/**
 * Writes a report in every form that was asked for. A file that cannot be written keeps none of the others back.
 *
 * @returns what goes to stdout, and a message for each file that could not be written
 */
export function writeReports(report: Report, files: readonly OutputFile[]): { printed: string; failures: string[] } {
  let printed = '';
  const failures: string[] = [];
  for (const { format, file } of files) {
    const text = reporters[format](report, withPages({ color: false, width }));
    if (file === '-') printed += text;
    else failures.push(...write(file, text));
  }
  return { printed, failures };
}

/** The style with the documentation of codes, for formats that carry it. */
export function withPages(style: Style): Style {
  return { ...style, page: rulePage };
}

const reasons: Record<string, string> = {
  ENOENT: `its directory does not exist; make it first`,
  ENOTDIR: 'a part of its path is no directory',
  EISDIR: 'it is a directory; name a file in it',
  EACCES: 'no permission; name another place',
  EROFS: 'the file system is read-only; name another place',
  ENOSPC: 'no space is left on the device',
};

function write(file: string, text: string): string[] {
  try {
    writeOutputFile(file, text);
    return [];
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return [`--output-file: ${file} cannot be written: ${reasons[code] ?? message}`];
  }
}
