import type { Path } from '../../model/json.ts';
import { formatPath, isObject } from '../../model/json.ts';
import { isDate } from '../date.ts';
import { nearest } from '../nearest.ts';
import type { Schema } from './schema.ts';

/** A place in the project file that is not as it should be. */
export interface Violation {
  path: Path;
  message: string;
  fix: string;
}

/** Checks a value against a schema; every fault is returned, with the path of the key at fault. */
export function validate(value: unknown, schema: Schema, path: Path = []): Violation[] {
  if (typeOf(value) !== schema.type) {
    const where = path.length === 0 ? 'the file' : formatPath(path);
    return [
      { path, message: `${where} must be ${named(schema.type)}, not ${named(typeOf(value))}`, fix: hint(schema) },
    ];
  }
  if (isObject(value)) return validateObject(value, schema, path);
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => (schema.items ? validate(item, schema.items, [...path, index]) : []));
  }
  return typeof value === 'string' ? validateText(value, schema, path) : [];
}

function validateObject(value: Record<string, unknown>, schema: Schema, path: Path): Violation[] {
  const known = schema.properties ?? {};
  const missing = (schema.required ?? []).filter((key) => value[key] === undefined);
  const violations: Violation[] = missing.map((key) => ({
    path,
    message: `${formatPath([...path, key])} is missing`,
    fix: hint(known[key]),
  }));
  for (const [key, item] of Object.entries(value)) {
    const inner = (Object.hasOwn(known, key) ? known[key] : undefined) ?? schema.additionalProperties;
    if (inner) {
      violations.push(...validate(item, inner, [...path, key]));
    } else {
      const near = nearest(key, Object.keys(known), 1);
      violations.push({
        path: [...path, key],
        message: `there is no setting ${formatPath([...path, key])}`,
        fix: near.length > 0 ? `did you mean ${near[0]}?` : `known settings: ${Object.keys(known).join(', ')}`,
      });
    }
  }
  return violations;
}

function validateText(value: string, schema: Schema, path: Path): Violation[] {
  const fault = (message: string): Violation[] => [
    { path, message: `${formatPath(path)} ${message}`, fix: hint(schema) },
  ];
  if (schema.const !== undefined && value !== schema.const)
    return fault(`is ${value}; this program reads ${schema.const}`);
  if (schema.enum && !schema.enum.includes(value)) return fault(`is ${value}; it may be ${schema.enum.join(', ')}`);
  if (schema.pattern && !new RegExp(schema.pattern).test(value)) return fault('is empty');
  if (schema.format === 'date' && !isDate(value)) return fault(`is ${value}, not a date such as 2030-12-31`);
  return [];
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function named(type: string): string {
  const names: Record<string, string> = {
    object: 'a mapping',
    array: 'a list',
    string: 'text',
    boolean: 'true or false',
  };
  return names[type] ?? (type === 'null' ? 'empty' : `a ${type}`);
}

function hint(schema: Schema | undefined): string {
  if (schema?.const !== undefined) return `write ${schema.const}`;
  return schema?.description ?? '';
}
