import { isObject, type Path, valueAt } from '../../../model/json.ts';

/** One step of an expression: a key or index, all items (`[]`), or those of which a field is equal to a text (`select`). */
type Step = string | number | { all: true } | { select: readonly (string | number)[]; equals: unknown };

export type JqPath = readonly Step[];

const step =
  /^\s*(?:\.?\[\s*(\d+)\s*\]|\.?\[\s*("(?:[^"\\]|\\.)*")\s*\]|\.?(\[\s*\])|\.([A-Za-z_]\w*)|\.("(?:[^"\\]|\\.)*"))\??/;
const selection = /^\s*select\(\s*(\.[^=]*?)\s*==\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false)\s*\)/;

/**
 * Reads the part of jq's language that names places: `.a.b`, `["a/b"]`, `[0]`, `[]`, `?`, `|` and `select(.a == "b")`.
 *
 * @returns undefined for any other expression
 */
export function parseJqPath(text: string): JqPath | undefined {
  const steps: Step[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const next = step.exec(rest);
    const chosen = next ? undefined : selection.exec(rest);
    const taken = next ?? chosen ?? /^\s*\|\s*|^\.$/.exec(rest);
    if (!taken) return undefined;
    if (next) steps.push(stepOf(next));
    if (chosen) {
      const inner = parseJqPath(chosen[1] ?? '');
      if (!inner || inner.some((it) => typeof it === 'object')) return undefined;
      steps.push({ select: inner as (string | number)[], equals: JSON.parse(chosen[2] ?? 'null') });
    }
    rest = rest.slice(taken[0].length);
  }
  return steps.length > 0 ? steps : undefined;
}

function stepOf([, index, quoted, all, key, text]: RegExpExecArray): Step {
  if (all !== undefined) return { all: true };
  if (index !== undefined) return Number(index);
  return key ?? (JSON.parse(quoted ?? text ?? '""') as string);
}

/** The places in a value that an expression names. */
export function placesOf(value: unknown, steps: JqPath, at: Path = []): Path[] {
  const [first, ...rest] = steps;
  if (first === undefined) return [at];
  if (typeof first !== 'object') {
    const has = Array.isArray(value)
      ? typeof first === 'number' && first < value.length
      : isObject(value) && Object.hasOwn(value, first);
    return has ? placesOf((value as Record<string | number, unknown>)[first], rest, [...at, first]) : [];
  }
  if ('select' in first) return valueAt(value, first.select) === first.equals ? placesOf(value, rest, at) : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    placesOf(item, rest, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}
