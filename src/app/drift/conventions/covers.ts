import type { FieldDifference } from '../../../compare/object/difference.ts';
import { type Path, sortedJson } from '../../../model/json.ts';

/**
 * Whether a difference is gone once these places are taken out of both objects: it lies at or below one of them, or
 * consists of nothing else.
 *
 * @param places of Git's object and of the live one
 */
export function covers(difference: FieldDifference, places: { git: readonly Path[]; live: readonly Path[] }): boolean {
  const { path, livePath, expected, live } = difference;
  if (places.git.some((it) => isPrefix(it, path)) || places.live.some((it) => isPrefix(it, livePath))) return true;
  if (typeof expected !== 'object' || typeof live !== 'object') return false;
  const own = without(expected, below(places.git, path));
  const other = without(live, below(places.live, livePath));
  return sortedJson(own) === sortedJson(other);
}

function isPrefix(short: Path, long: Path): boolean {
  return short.length <= long.length && short.every((step, index) => String(step) === String(long[index]));
}

function below(places: readonly Path[], path: Path): Path[] {
  return places.filter((it) => isPrefix(path, it)).map((it) => it.slice(path.length));
}

function without(value: unknown, places: readonly Path[]): unknown {
  if (places.length === 0 || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const inner = places.filter(([first]) => String(first) === key).map((it) => it.slice(1));
    return inner.some((it) => it.length === 0) ? [] : [[key, without(item, inner)] as const];
  });
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
