import { writeFileSync } from 'node:fs';
import type { Finding } from '../../src/model/finding.ts';
import type { Held } from './hold.ts';
import type { Label } from './match.ts';
import type { LabelledRecording } from './recordings.ts';

/** How one recording's labels and findings agree. */
export interface Row {
  recording: string;
  command: 'drift' | 'check' | 'review';
  /** Whether people say that Git, the API server and the proxies agree. */
  clean: boolean;
  /** Labels that must be found; those that may be are counted in `found` only. */
  labels: number;
  found: number;
  missed: number;
  /** Errors and warnings without a label, in words. */
  extra: string[];
}

/** Gathers the rows of a command, and prints what they come to. */
export class Rows {
  readonly #command: Row['command'];
  readonly #rows: Row[] = [];

  constructor(command: Row['command']) {
    this.#command = command;
  }

  /** @param extra the findings without a label that count */
  add(
    { name, expect }: LabelledRecording,
    labels: readonly Label[],
    refused: number,
    held: Held,
    extra: Finding[],
  ): void {
    this.#rows.push({
      recording: name,
      command: this.#command,
      clean: expect.clean === true,
      labels: labels.filter((it) => !it.may && !it.needs).length + refused,
      found: held.found,
      missed: held.missed.length,
      extra: extra.map(({ severity, code, resource, field }) => `${severity} ${code} ${resource} ${field}`),
    });
  }

  /** A run that ended with an error missed all labels, and at least one. */
  failed({ name }: LabelledRecording, labels: readonly Label[], error: Error): void {
    console.log(`${name}: FAILED ${error.stack}`);
    const count = Math.max(1, labels.length);
    this.#rows.push({
      recording: name,
      command: this.#command,
      clean: false,
      labels: count,
      found: 0,
      missed: count,
      extra: [],
    });
  }

  /** Prints the sums, sets the exit code and writes the rows where `--rows=FILE` asks for them. */
  end(): void {
    const sum = (of: (row: Row) => number): number => this.#rows.reduce((total, row) => total + of(row), 0);
    const missed = sum((row) => row.missed);
    const extra = sum((row) => row.extra.length);
    console.log(
      `${this.#rows.length} recordings: ${sum((row) => row.found)} labels found, ${missed} missed, ${extra} extra errors and warnings`,
    );
    const file = process.argv.find((it) => it.startsWith('--rows='))?.slice('--rows='.length);
    if (file) writeFileSync(file, JSON.stringify(this.#rows));
    process.exitCode = missed + extra > 0 ? 1 : 0;
  }
}
