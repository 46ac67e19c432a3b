import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';

/**
 * Reads of config containers that tell "set" from "not set" as protobuf's JSON does: null counts as absent, a value of
 * another type than the API's too.
 */
export function objectAt(container: object | undefined, key: string): JsonObject | undefined {
  const value = (container as JsonObject | undefined)?.[key];
  return isObject(value) ? (value as JsonObject) : undefined;
}

/** The objects of a list; [] where there is none. */
export function objectsAt(container: object | undefined, key: string): JsonObject[] {
  const value = (container as JsonObject | undefined)?.[key];
  return Array.isArray(value) ? (value.filter(isObject) as JsonObject[]) : [];
}

export function textsAt(container: object | undefined, key: string): string[] {
  const value = (container as JsonObject | undefined)?.[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A string; '' where there is none. */
export function textAt(container: object | undefined, key: string): string {
  const value = (container as JsonObject | undefined)?.[key];
  return typeof value === 'string' ? value : '';
}

/** A number (protobuf's JSON also takes it as a string), or undefined. */
export function numberAt(container: object | undefined, key: string): number | undefined {
  const value = (container as JsonObject | undefined)?.[key];
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

/** A map's entries in the order of the keys, so that the result does not hang on the order in the file. */
export function sortedEntries(container: object | undefined, key: string): [name: string, value: unknown][] {
  return Object.entries(objectAt(container, key) ?? {}).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
