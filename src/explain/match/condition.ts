import type { Verdict } from '../unpredictable.ts';

/** One thing that must hold for a route to be taken. */
export interface Condition<Input> {
  test(input: Input): Verdict;
  /** Why it does not hold for an input that it was tested with and failed. */
  why(input: Input): string;
}
