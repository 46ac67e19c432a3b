import { isObject } from '../model/json.ts';
import { standsFor } from '../model/provenance.ts';

/** A deep copy of a config value whose containers keep the places of the originals. */
export function copyPlaced<T>(value: T): T {
  if (Array.isArray(value)) return standsFor(value.map(copyPlaced), value) as T;
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = copyPlaced(item);
  return standsFor(copy, value) as T;
}
