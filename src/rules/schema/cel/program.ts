import { createRequire } from 'node:module';
import type * as Cel from '@marcbachmann/cel-js';
import { CelFailure } from './failure.ts';
import { environment, replaced } from './library.ts';
import { rewrite, speaksOf } from './rewrite.ts';

/** What an expression came to: a value, a failure that the API server has as well, or nothing, for want of a function here. */
type Outcome = { value: unknown } | { failure: string } | { unknown: string };

/** An expression that was read. */
export interface Program {
  /** Whether it compares with the object's former state. */
  usesOldSelf: boolean;
  /** Why nothing can be said of it, whatever it is asked of. */
  problem?: string;
  run(self: unknown): Outcome;
}

/** Ways in which cel-js ends where CEL in Go does, too; all others are limits of what is evaluated here. */
const failures =
  /^(?:no_such_key|index_out_of_range|division_by_zero|modulo_by_zero|numeric_overflow|optional_value_missing|\w+_conversion_error|invalid_(?:timestamp|regular_expression))$/;

const programs = new Map<string, Program>();
let env: Cel.Environment | undefined;

/** Reads an expression, once. The library is loaded with the first: most commands never need it. */
export function program(expression: string): Program {
  const known = programs.get(expression);
  if (known) return known;
  const made = read(expression);
  programs.set(expression, made);
  return made;
}

function read(expression: string): Program {
  env ??= environment(createRequire(import.meta.url)('@marcbachmann/cel-js') as typeof Cel);
  const usesOldSelf = speaksOf(expression, 'oldSelf');
  const text = rewrite(expression, replaced);
  const checked = env.check(text);
  if (!checked.valid) {
    const problem = summaryOf(checked.error);
    return { usesOldSelf, problem, run: () => ({ unknown: problem }) };
  }
  const parsed = env.parse(text);
  const none = usesOldSelf ? (env.evaluate('optional.none()') as unknown) : undefined;
  return {
    usesOldSelf,
    run(self) {
      try {
        return { value: parsed({ self, ...(usesOldSelf ? { oldSelf: none } : {}) }) };
      } catch (error) {
        const known = error instanceof CelFailure || failures.test(String((error as { code?: unknown }).code));
        return known ? { failure: summaryOf(error) } : { unknown: summaryOf(error) };
      }
    },
  };
}

/** Without the lines that point into the expression. */
function summaryOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split('\n')[0] ?? text;
  return line.charAt(0).toLowerCase() + line.slice(1);
}
