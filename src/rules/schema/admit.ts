import { isObject, type Json, type Path } from '../../model/json.ts';
import type { Schema } from './schema.ts';

/** A field that a schema has not got. */
export interface Dropped {
  path: Path;
  /** The names that there are beside it. */
  known: string[];
}

/**
 * The value as an API server looks at it: without fields that the schema has not got and without nulls that stand for
 * absent fields, and with the schema's defaults (apiextensions-apiserver, `PruneNonNullableNullsWithoutDefaults`,
 * `Default`, `Prune`). What is equal stays the same value.
 *
 * @param dropped gets the fields that are left out for want of a schema
 */
export function admit(value: unknown, schema: Schema, dropped: Dropped[], path: Path = []): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return value;
    return kept(
      value,
      value.map((item, index) =>
        admit(isAbsent(item, items) ? (items.default ?? item) : item, items, dropped, [...path, index]),
      ),
    );
  }
  return isObject(value) ? admitFields(value, schema, dropped, path) : value;
}

function admitFields(value: Record<string, unknown>, schema: Schema, dropped: Dropped[], path: Path): unknown {
  const { fields = {}, values } = schema;
  const closed = (schema.fields || (schema.type === 'object' && !values)) && !schema.open;
  const made: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const inner = (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? values;
    if (inner) {
      const filled = isAbsent(item, inner) ? inner.default : item;
      if (filled !== undefined) set(made, name, admit(filled, inner, dropped, [...path, name]));
    } else if (closed) dropped.push({ path: [...path, name], known: Object.keys(fields) });
    else set(made, name, item);
  }
  for (const [name, field] of Object.entries(fields))
    if (field.default !== undefined && !Object.hasOwn(made, name))
      set(made, name, admit(field.default as Json, field, []));
  return kept(value, made);
}

function isAbsent(value: unknown, schema: Schema): boolean {
  return value === null && !schema.nullable;
}

/** `__proto__` is a name like others. */
function set(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function kept<T extends object>(from: T, made: T): T {
  const before = Object.entries(from);
  const same = before.length === Object.keys(made).length;
  return same && before.every(([name, item]) => (made as Record<string, unknown>)[name] === item) ? from : made;
}
