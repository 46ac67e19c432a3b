import { isObject, type Path } from '../../src/model/json.ts';
import type { Type } from './declarations.ts';

/** Steps of a pattern: a field's name, `[]` for every item of a list, `{}` for every entry of a map. */
export function patternSteps(pattern: string): string[] {
  return pattern.split('.').flatMap((step) => step.split(/(?=\[\]|\{\})/));
}

/** The concrete paths below `root` that a pattern stands for and that hold something. */
export function occurrences(root: unknown, steps: readonly string[], at: Path = []): Path[] {
  const [step, ...rest] = steps;
  if (root === undefined || root === null) return [];
  if (step === undefined) return [at];
  if (step === '[]' || step === '{}') {
    if (typeof root !== 'object') return [];
    return Object.entries(root).flatMap(([key, item]) =>
      occurrences(item, rest, [...at, Array.isArray(root) ? Number(key) : key]),
    );
  }
  return isObject(root) ? occurrences(root[step], rest, [...at, step]) : [];
}

/** A copy of an object without what stands at a path. */
export function without<T>(object: T, path: Path): T {
  return edited(object, path, (parent, key) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete (parent as Record<string, unknown>)[key];
  });
}

/** A copy of an object with a value at a path. */
export function withValue<T>(object: T, path: Path, value: unknown): T {
  return edited(object, path, (parent, key) => {
    (parent as Record<string | number, unknown>)[key] = value;
  });
}

function edited<T>(object: T, path: Path, edit: (parent: object, key: string | number) => void): T {
  const copy = structuredClone(object);
  let parent: any = copy;
  for (const step of path.slice(0, -1)) parent = parent[step];
  edit(parent, path.at(-1) as string | number);
  return copy;
}

/** Other values that a field may have: all of an enum, else some of its kind. */
export function samples(name: string, type: Type, now?: unknown): unknown[] {
  if (type.values.length > 0) return type.values.filter((value) => value !== now);
  if (typeof now === 'boolean' || type.scalar === 'boolean') return now === undefined ? [true, false] : [!now];
  if (typeof now === 'number' || type.scalar === 'number') return [typeof now === 'number' ? now + 1 : 7];
  if (/duration|timeout|interval|period|delay|time$|ttl|max_?age|perTry/i.test(name)) return ['7s'];
  if (typeof now === 'string') return [`${now}x`, '7s', '7'];
  return ['sample', '7s', '10.9.9.9', '7'];
}
