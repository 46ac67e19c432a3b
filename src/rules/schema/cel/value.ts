import { isObject } from '../../../model/json.ts';
import type { Schema } from '../schema.ts';

/** Words of CEL that cannot stand for a field (apiserver, `pkg/cel/escaping.go`). */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** A field's name as CEL writes it. */
function escapeName(name: string): string {
  return reserved.has(name) ? `__${name}__` : name.replace(/__|[-./]/g, (part) => escapes[part] ?? part);
}

/** Values already made of objects and lists, each of which has one schema in an object that is judged. */
export type Made = Map<object, unknown>;

/**
 * A value of JSON as CEL sees it by its schema (apiserver, `UnstructuredToVal`): fields that are null or have no schema
 * are absent, whole numbers are `int`, and what is a map is no message.
 */
export function celValue(value: unknown, schema: Schema, made: Made): unknown {
  if (typeof value === 'number') return schema.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  if (typeof value !== 'object' || value === null) return value;
  const before = made.get(value);
  if (before !== undefined) return before;
  const result = Array.isArray(value)
    ? value.map((item) => celValue(item, schema.items ?? {}, made))
    : schema.fields
      ? message(value as Record<string, unknown>, schema.fields, made)
      : new Map(
          Object.entries(value).flatMap(([name, item]): [string, unknown][] =>
            schema.values ? [[name, celValue(item, schema.values, made)]] : [],
          ),
        );
  made.set(value, result);
  return result;
}

function message(value: Record<string, unknown>, fields: Record<string, Schema>, made: Made): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value)) {
    const schema = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (schema && item !== null) result[escapeName(name)] = celValue(item, schema, made);
  }
  return result;
}

/** The value at a path of an object, or a list or map, as `isObject` tells. */
export function children(value: unknown, schema: Schema): [step: string | number, value: unknown, schema: Schema][] {
  if (Array.isArray(value))
    return schema.items ? value.map((item, index) => [index, item, schema.items as Schema]) : [];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]): [string, unknown, Schema][] => {
    const inner =
      (schema.fields && Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined) ?? schema.values;
    return inner ? [[name, item, inner]] : [];
  });
}
