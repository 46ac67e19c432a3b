import { RE2JS } from 're2js';
import { isObject, type Path } from '../../model/json.ts';
import { isDuration, nanoseconds } from './duration.ts';
import type { Schema } from './schema.ts';

/** A place in an object that does not hold to the schema. */
export interface Violation {
  path: Path;
  /** Of a field that the schema has not got: the names that there are beside it. */
  unknown?: string[];
  /** What is wrong, behind the field's name: `is "5", not true or false`. */
  message: string;
  /** What the schema wants there. */
  wanted: string;
}

/**
 * Holds a value against a schema, as an API server does before it stores an object: every fault is returned. A null is
 * none where it stands for a field: the API server takes it for absent (apiextensions-apiserver,
 * `PruneNonNullableNullsWithoutDefaults`).
 */
export function validate(value: unknown, schema: Schema, path: Path = []): Violation[] {
  if (value === null && schema.nullable) return [];
  if (!hasType(value, schema.type)) {
    const wanted = schema.type ? typeNames[schema.type] : 'anything';
    return [{ path, message: `is ${shown(value)}, not ${wanted}`, wanted }];
  }
  const own = demands(value, schema).map(([message, wanted]) => ({ path, message, wanted }));
  if (Array.isArray(value)) {
    const { items } = schema;
    return [...own, ...(items ? value.flatMap((item, index) => validate(item, items, [...path, index])) : [])];
  }
  return isObject(value) ? [...own, ...ofFields(value, schema, path)] : own;
}

function ofFields(value: Record<string, unknown>, schema: Schema, path: Path): Violation[] {
  const { fields = {}, values } = schema;
  const found: Violation[] = [];
  for (const name of schema.required ?? [])
    if ((value[name] ?? undefined) === undefined)
      found.push({ path, message: `has no ${name}, which must be there`, wanted: `${name} with a value` });
  for (const [name, item] of Object.entries(value)) {
    const inner = (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? values;
    if (inner && item !== null) found.push(...validate(item, inner, [...path, name]));
    if (inner || schema.open || !schema.fields) continue;
    const unknown = Object.keys(fields);
    found.push({ path: [...path, name], unknown, message: 'is no field', wanted: unknown.join(', ') });
  }
  return found;
}

/** What a value of the right type fails to be, each with what is wanted. */
function demands(value: unknown, schema: Schema): [message: string, wanted: string][] {
  const found: [string, string][] = [];
  const want = (holds: boolean, message: string, wanted: string): unknown => holds || found.push([message, wanted]);
  const { min, max, fewest, most, shortest, pattern } = schema;
  if (schema.enum && typeof value !== 'object')
    want(schema.enum.includes(value as string), `is ${shown(value)}`, `one of ${schema.enum.map(String).join(', ')}`);
  if (typeof value === 'number') {
    if (min !== undefined) want(value >= min, `is ${value}, less than ${min}`, `at least ${min}`);
    if (max !== undefined) want(value <= max, `is ${value}, more than ${max}`, `at most ${max}`);
  }
  const size = sizeOf(value);
  if (size && fewest !== undefined) want(size.count >= fewest, `has ${size.words}`, `at least ${fewest}`);
  if (size && most !== undefined) want(size.count <= most, `has ${size.words}`, `at most ${most}`);
  if (typeof value === 'string') {
    if (pattern !== undefined) want(matches(pattern, value), `is ${shown(value)}`, `text that matches ${pattern}`);
    for (const part of schema.without ?? [])
      want(!value.includes(part), `is ${shown(value)}`, `text without ${shown(part)}`);
    for (const whole of schema.not ?? []) want(value !== whole, `is ${shown(value)}`, 'another text');
    if (shortest !== undefined) {
      want(isDuration(value), `is ${shown(value)}, not a duration`, 'a duration such as 1.5s or 1m30s');
      if (isDuration(value))
        want(nanoseconds(value) >= nanoseconds(shortest), `is ${value}`, `a duration of at least ${shortest}`);
    }
  }
  if (isObject(value)) {
    const set = (names: readonly string[]): string[] =>
      names.filter((name) => (value[name] ?? undefined) !== undefined);
    for (const group of schema.atMostOne ?? [])
      want(set(group).length <= 1, `has ${set(group).join(' and ')}`, `only one of ${group.join(', ')}`);
    for (const group of schema.oneNeeded ?? [])
      want(set(group).length > 0, `has none of ${group.join(', ')}`, `one of ${group.join(', ')}`);
  }
  return found;
}

const typeNames: Record<NonNullable<Schema['type']>, string> = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  'int-or-string': 'a whole number or text',
};

function hasType(value: unknown, type: Schema['type']): boolean {
  switch (type) {
    case undefined:
      return true;
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'int-or-string':
      return Number.isInteger(value) || typeof value === 'string';
    default:
      return typeof value === type;
  }
}

function sizeOf(value: unknown): { count: number; words: string } | undefined {
  if (typeof value === 'string') return sized([...value].length, 'character');
  if (Array.isArray(value)) return sized(value.length, 'item');
  return isObject(value) ? sized(Object.keys(value).length, 'field') : undefined;
}

function sized(count: number, word: string): { count: number; words: string } {
  return { count, words: `${count} ${word}${count === 1 ? '' : 's'}` };
}

const patterns = new Map<string, RE2JS | undefined>();

/** Whether a pattern is found in a text; one that cannot be read demands nothing. */
function matches(pattern: string, text: string): boolean {
  if (!patterns.has(pattern)) {
    let compiled: RE2JS | undefined;
    try {
      compiled = RE2JS.compile(pattern);
    } catch {
      compiled = undefined;
    }
    patterns.set(pattern, compiled);
  }
  return patterns.get(pattern)?.matcher(text).find() ?? true;
}

/** A value in a few characters. */
function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'a mapping';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
