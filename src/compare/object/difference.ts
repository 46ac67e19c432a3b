import type { Path } from '../../model/json.ts';
import { isObject, ownValue } from '../../model/json.ts';
import { pairItems } from './pair.ts';
import { mayBeDefault, sameSpelling } from './spelling.ts';

/** A field in which Git's object and the API server's differ. Paths start at the object's root. */
export interface FieldDifference {
  /**
   * `changed` also for a field that one side lacks; `missing`/`extra` for a list's item that only Git / only the API server
   * has; `switched` where each side has another of fields that exclude each other: paths are those of the two fields, and
   * values `{field: value}`.
   */
  kind: 'changed' | 'missing' | 'extra' | 'reordered' | 'switched';
  path: Path;
  livePath: Path;
  expected: unknown;
  live: unknown;
  /** True for a difference that may be one of spelling only (an explicit default, `1.5s` for `1500ms`, the order of a set). */
  weak: boolean;
}

export interface DifferenceOptions {
  namespace: string;
  /** Whether a field that only the API server's object has counts at all (false for kinds whose defaults the API server fills in). */
  liveOnlyFields: boolean;
}

/**
 * Compares two values field by field.
 *
 * @returns the differences in the order of Git's text; none for values that are equal as JSON
 */
export function fieldDifferences(
  expected: unknown,
  live: unknown,
  path: Path,
  options: DifferenceOptions,
  livePath: Path = path,
): FieldDifference[] {
  if (isObject(expected) && isObject(live)) return ofObjects(expected, live, path, livePath, options);
  if (Array.isArray(expected) && Array.isArray(live)) return ofLists(expected, live, path, livePath, options);
  if (expected === live) return [];
  const oneSided = expected === undefined || live === undefined || expected === null || live === null;
  if (oneSided && (expected ?? live ?? undefined) === undefined) return [];
  const weak = oneSided ? mayBeDefault(expected ?? live, path) : sameSpelling(expected, live, path, options.namespace);
  if (oneSided && (expected ?? undefined) === undefined && !options.liveOnlyFields) return [];
  return [{ kind: 'changed', path, livePath, expected, live, weak }];
}

/** Fields of Istio's API of which an object has one at the most (`oneof` in its definition). */
const alternatives: readonly (readonly string[])[] = [
  ['exact', 'prefix', 'regex'],
  ['simple', 'consistentHash'],
  ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'],
  ['ringHash', 'maglev'],
  ['httpStatus', 'grpcStatus', 'http2Error'],
  ['fixedDelay', 'exponentialDelay'],
];

function ofObjects(
  expected: Record<string, unknown>,
  live: Record<string, unknown>,
  path: Path,
  livePath: Path,
  options: DifferenceOptions,
): FieldDifference[] {
  const switches = switchesIn(expected, live);
  const other = new Set(switches.values());
  const keys = [
    ...Object.keys(expected),
    ...Object.keys(live).filter((key) => !Object.hasOwn(expected, key) && !other.has(key)),
  ];
  return keys.flatMap((key): FieldDifference[] => {
    const liveKey = switches.get(key);
    if (liveKey === undefined)
      return fieldDifferences(ownValue(expected, key), ownValue(live, key), [...path, key], options, [
        ...livePath,
        key,
      ]);
    const values = { expected: { [key]: expected[key] }, live: { [liveKey]: live[liveKey] } };
    return [{ kind: 'switched', path: [...path, key], livePath: [...livePath, liveKey], ...values, weak: false }];
  });
}

/** Git's field and the API server's where they are different ones that exclude each other. */
function switchesIn(expected: Record<string, unknown>, live: Record<string, unknown>): Map<string, string> {
  const found = new Map<string, string>();
  for (const fields of alternatives) {
    const [own, ...more] = fields.filter((key) => key in expected);
    const [other, ...others] = fields.filter((key) => key in live);
    if (own === undefined || other === undefined || more.length + others.length > 0 || own === other) continue;
    found.set(own, other);
  }
  return found;
}

function ofLists(
  expected: unknown[],
  live: unknown[],
  path: Path,
  livePath: Path,
  options: DifferenceOptions,
): FieldDifference[] {
  const composite = (item: unknown): boolean => typeof item === 'object' && item !== null;
  if (![...expected, ...live].some(composite)) return ofScalars(expected, live, path, livePath, options);
  const { rightOf, unpaired } = pairItems(expected, live);
  const found = expected.flatMap((item, index): FieldDifference[] => {
    const partner = rightOf[index] ?? -1;
    if (partner !== -1) {
      return fieldDifferences(item, live[partner], [...path, index], options, [...livePath, partner]);
    }
    return [{ kind: 'missing', path: [...path, index], livePath, expected: item, live: undefined, weak: false }];
  });
  for (const index of unpaired) {
    const at = [...livePath, index];
    found.push({
      kind: 'extra',
      path: [...path, index],
      livePath: at,
      expected: undefined,
      live: live[index],
      weak: false,
    });
  }
  const partners = rightOf.filter((partner) => partner !== -1);
  if (partners.some((partner, index) => index > 0 && partner < (partners[index - 1] ?? 0))) {
    const names = (items: unknown[]): unknown[] => items.map((item, index) => label(item, index, expected));
    found.unshift({ kind: 'reordered', path, livePath, expected: names(expected), live: names(live), weak: true });
  }
  return found;
}

function ofScalars(
  expected: unknown[],
  live: unknown[],
  path: Path,
  livePath: Path,
  options: DifferenceOptions,
): FieldDifference[] {
  const same = (a: unknown, b: unknown): boolean => sameSpelling(a, b, path, options.namespace);
  const changed = expected.flatMap((item, index) => (same(item, live[index]) ? [] : [index]));
  if (expected.length === live.length && changed.length === 0) {
    const equal = expected.every((item, index) => item === live[index]);
    return equal ? [] : [{ kind: 'changed', path, livePath, expected, live, weak: true }];
  }
  const rest = [...live];
  const sameSet = expected.every((item) => {
    const at = rest.findIndex((other) => same(item, other));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
  if (sameSet && rest.length === 0) return [{ kind: 'reordered', path, livePath, expected, live, weak: true }];
  if (expected.length !== live.length || changed.length !== 1) {
    return [{ kind: 'changed', path, livePath, expected, live, weak: false }];
  }
  const index = changed[0] ?? 0;
  const value = { expected: expected[index], live: live[index] };
  return [{ kind: 'changed', path: [...path, index], livePath: [...livePath, index], ...value, weak: false }];
}

/** A list's item in few words: its name, else its place among Git's items. */
function label(item: unknown, index: number, expected: unknown[]): unknown {
  if (isObject(item) && typeof item['name'] === 'string' && item['name'] !== '') return item['name'];
  const at = expected.findIndex((other) => JSON.stringify(other) === JSON.stringify(item));
  return `[${at >= 0 ? at : index}]`;
}
