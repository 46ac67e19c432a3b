import { writeFileSync } from 'node:fs';

/** How one recording's labels and findings agree. */
export interface Row {
  recording: string;
  command: string;
  /** Labels that must be found; those that may be are counted in `found` only. */
  labels: number;
  found: number;
  missed: number;
  /** Errors and warnings without a label, in words. */
  extra: string[];
}

/** Writes rows for the table, where `--rows FILE` asks for them. */
export function writeRows(rows: readonly Row[]): void {
  const file = process.argv.find((it) => it.startsWith('--rows='))?.slice('--rows='.length);
  if (file) writeFileSync(file, JSON.stringify(rows));
}
