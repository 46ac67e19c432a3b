import { isObject, type JsonObject } from '../model/json.ts';

/** The objects of a list; [] where the value is no list. */
export function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value.filter(isObject) as JsonObject[]) : [];
}

/** The items of a list as text; [] where the value is no list. */
export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
