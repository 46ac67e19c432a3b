import { isObject, type JsonObject } from '../../model/json.ts';
import { objects } from '../objects.ts';

/**
 * Puts HTTP routes in the Gateway API's order of precedence (sortHTTPRoutes): kind of path match (exact, prefix,
 * regular expression), its length, a method, the number of headers, of query parameters; else as they stand.
 */
export function sortHttpRoutes(routes: readonly JsonObject[]): JsonObject[] {
  return [...routes].sort((a, b) => (precedes(a, b) ? -1 : precedes(b, a) ? 1 : 0));
}

function precedes(a: JsonObject, b: JsonObject): boolean {
  const [left] = objects(a['match']);
  const [right] = objects(b['match']);
  if (!left) return false;
  if (!right) return true;
  const measures = (match: JsonObject): number[] => [
    ...pathMeasures(match['uri']),
    match['method'] === undefined ? 0 : 1,
    size(match['headers']),
    size(match['queryParams']),
  ];
  const theirs = measures(right);
  for (const [index, value] of measures(left).entries())
    if (value !== theirs[index]) return value > (theirs[index] ?? 0);
  return false;
}

function pathMeasures(uri: unknown): [rank: number, length: number] {
  if (!isObject(uri)) return [-1, 0];
  for (const [rank, type] of [
    [3, 'exact'],
    [2, 'prefix'],
    [1, 'regex'],
  ] as const)
    if (typeof uri[type] === 'string') return [rank, new TextEncoder().encode(uri[type]).length];
  return [-1, -1];
}

function size(value: unknown): number {
  return isObject(value) ? Object.keys(value).length : 0;
}
