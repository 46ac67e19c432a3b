import type { Message } from '../../../model/envoy.ts';
import type { Condition } from './conditions.ts';
import { pathBetween } from './path-candidates.ts';
import { valueBetween } from './value-candidates.ts';

/** A value of a part that meets all of the conditions; undefined where none is found. What is absent comes first. */
export function valueFor(part: string, conditions: readonly Condition[]): { value: string | undefined } | undefined {
  const takes = (value: string | undefined): boolean => conditions.every((it) => it.test(value));
  const candidates = [undefined, ...conditions.flatMap((it) => it.candidates)];
  for (const value of candidates) if (takes(value)) return { value };
  const value = searched(part, conditions, []);
  return value !== undefined && takes(value) ? { value } : undefined;
}

/** Values that meet all of the conditions, and may not meet the others'. */
export function valuesBeside(
  part: string,
  conditions: readonly Condition[],
  others: readonly Condition[],
): (string | undefined)[] {
  const takes = (value: string | undefined): boolean => conditions.every((it) => it.test(value));
  const candidates = [undefined, ...[...others, ...conditions].flatMap((it) => it.candidates)];
  // All others at once, and each alone.
  const found = [others, ...others.map((it) => [it])].map((some) => searched(part, conditions, some));
  return [...new Set([...candidates, ...found.filter((it) => it !== undefined)])].filter(takes);
}

/** By automata: a value that all take of `inside` and none of `outside`. */
function searched(part: string, inside: readonly Condition[], outside: readonly Condition[]): string | undefined {
  const search = part === 'path' ? pathBetween : valueBetween;
  const sides = (list: readonly Condition[], inverted: boolean): Message[] =>
    list.filter((it) => it.inverted === inverted).map((it) => it.matcher);
  const found = search(
    [...sides(inside, false), ...sides(outside, true)],
    [...sides(inside, true), ...sides(outside, false)],
  );
  const [any] = [...inside, ...outside];
  return found !== undefined && any?.sendable(found) ? found : undefined;
}
