import { isObject, type Path, sortedJson } from '../../model/json.ts';
import { hasFormat } from './format.ts';
import { matches } from './pattern.ts';
import type { Schema } from './schema.ts';

/** A place in an object that does not hold to the schema. */
export interface Violation {
  path: Path;
  /** What is wrong, behind the field's name: `is "5", not true or false`. */
  message: string;
  /** What the schema wants there. */
  wanted: string;
  /** Whether the API server judges no rule of CEL beside it (apiextensions-apiserver, `hasBlockingErr`). */
  blocks?: true;
}

/**
 * Holds an admitted value against a schema, as an API server does before it stores an object: every fault is returned.
 * What is said in CEL is judged apart.
 */
export function validate(value: unknown, schema: Schema, path: Path = []): Violation[] {
  if (value === null && schema.nullable) return [];
  if (!hasType(value, schema.type)) {
    const wanted = schema.type ? typeNames[schema.type] : 'anything';
    return [{ path, message: `is ${shown(value)}, not ${wanted}`, wanted, blocks: true }];
  }
  const own = [...demands(value, schema, path), ...alternatives(value, schema, path)];
  if (Array.isArray(value)) {
    const { items } = schema;
    own.push(...repeated(value, schema, path));
    return items ? [...own, ...value.flatMap((item, index) => validate(item, items, [...path, index]))] : own;
  }
  return isObject(value) ? [...own, ...ofFields(value, schema, path)] : own;
}

function ofFields(value: Record<string, unknown>, schema: Schema, path: Path): Violation[] {
  const { fields = {}, values } = schema;
  const found: Violation[] = [];
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(value, name))
      found.push({
        path,
        message: `has no ${name}, which must be there`,
        wanted: `${name} with a value`,
        blocks: true,
      });
  for (const [name, item] of Object.entries(value)) {
    const inner = (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? values;
    if (inner) found.push(...validate(item, inner, [...path, name]));
  }
  return found;
}

/** What a value of the right type fails to be, each with what is wanted. */
function demands(value: unknown, schema: Schema, path: Path): Violation[] {
  const found: Violation[] = [];
  const want = (holds: boolean, message: string, wanted: string, blocks = false): void => {
    if (!holds) found.push({ path, message, wanted, ...(blocks ? { blocks } : {}) });
  };
  const { min, max, fewest, most, pattern, format } = schema;
  if (schema.enum && typeof value !== 'object')
    want(
      schema.enum.includes(value as string),
      `is ${shown(value)}`,
      `one of ${schema.enum.map(String).join(', ')}`,
      true,
    );
  if (typeof value === 'number') {
    if (min !== undefined) want(value >= min, `is ${value}, less than ${min}`, `at least ${min}`);
    if (max !== undefined) want(value <= max, `is ${value}, more than ${max}`, `at most ${max}`);
    if (format === 'int32') want((value | 0) === value, `is ${value}`, 'a whole number of 32 bits');
  }
  const size = sizeOf(value);
  if (size && fewest !== undefined) want(size.count >= fewest, `has ${size.words}`, `at least ${fewest}`);
  if (size && most !== undefined) want(size.count <= most, `has ${size.words}`, `at most ${most}`, true);
  if (typeof value === 'string') {
    if (pattern !== undefined) want(matches(pattern, value), `is ${shown(value)}`, `text that matches ${pattern}`);
    if (format !== undefined) want(hasFormat(format, value), `is ${shown(value)}`, `text of the format ${format}`);
  }
  if (isObject(value)) {
    const there = (names: readonly string[]): string[] => names.filter((name) => Object.hasOwn(value, name));
    for (const group of schema.atMostOne ?? [])
      want(there(group).length <= 1, `has ${there(group).join(' and ')}`, `only one of ${group.join(', ')}`);
    for (const group of schema.oneNeeded ?? [])
      want(there(group).length > 0, `has none of ${group.join(', ')}`, `one of ${group.join(', ')}`);
  }
  return found;
}

/** `allOf`, `anyOf`, `oneOf`, `not`. */
function alternatives(value: unknown, schema: Schema, path: Path): Violation[] {
  const holds = (it: Schema): boolean => validate(value, it).length === 0;
  const found = (schema.allOf ?? []).flatMap((it) => validate(value, it, path));
  const message = typeof value === 'object' ? 'has values that do not go together' : `is ${shown(value)}`;
  if (schema.anyOf && !schema.anyOf.some(holds))
    found.push({ path, message, wanted: wantedOf(schema.anyOf) ?? 'what one of the alternatives demands' });
  if (schema.oneOf && schema.oneOf.filter(holds).length !== 1)
    found.push({ path, message, wanted: wantedOf(schema.oneOf) ?? 'what just one of the alternatives demands' });
  if (schema.not && holds(schema.not)) found.push({ path, message, wanted: 'something else' });
  return found;
}

function wantedOf(alternatives: readonly Schema[]): string | undefined {
  const formats = alternatives.flatMap(({ format }) => format ?? []);
  return formats.length === alternatives.length ? `text of the format ${formats.join(' or ')}` : undefined;
}

/** Items of a list that are there twice (apiextensions-apiserver, `ValidateListSetsAndMaps`). */
function repeated(items: readonly unknown[], { unique }: Schema, path: Path): Violation[] {
  if (!unique) return [];
  const before = new Set<string>();
  return items.flatMap((item, index) => {
    const parts = unique === 'whole' ? item : unique.map((name) => [isObject(item) ? item[name] : undefined]);
    const key = sortedJson(parts);
    const again = before.has(key);
    before.add(key);
    const wanted = unique === 'whole' ? 'another value' : `items that differ in ${unique.join(', ')}`;
    return again ? [{ path: [...path, index], message: 'is there twice', wanted }] : [];
  });
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

/** A value in a few characters. */
export function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'a mapping';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
