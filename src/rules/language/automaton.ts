import type { Ranges } from './intervals.ts';

/** A nondeterministic automaton of characters with empty steps; state 0 is the start. */
export class Automaton {
  readonly steps: { on: Ranges; to: number }[][] = [[]];
  readonly empty: number[][] = [[]];
  accept = 0;

  state(): number {
    this.steps.push([]);
    this.empty.push([]);
    return this.steps.length - 1;
  }

  step(from: number, on: Ranges, to: number): void {
    this.steps[from]?.push({ on, to });
  }

  join(from: number, to: number): void {
    this.empty[from]?.push(to);
  }

  /** All states that empty steps lead to, sorted. */
  closure(states: Iterable<number>): number[] {
    const seen = new Set<number>(states);
    const open = [...seen];
    for (let state = open.pop(); state !== undefined; state = open.pop())
      for (const next of this.empty[state] ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    return [...seen].sort((a, b) => a - b);
  }

  start(): number[] {
    return this.closure([0]);
  }

  next(states: readonly number[], point: number): number[] {
    const reached = new Set<number>();
    for (const state of states)
      for (const { on, to } of this.steps[state] ?? [])
        if (on.some(([first, last]) => point >= first && point <= last)) reached.add(to);
    return this.closure(reached);
  }

  accepts(states: readonly number[]): boolean {
    return states.includes(this.accept);
  }

  ranges(): Ranges[] {
    return this.steps.flatMap((steps) => steps.map(({ on }) => on));
  }
}
