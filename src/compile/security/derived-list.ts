import { deriveField } from '../../model/provenance.ts';

/** A copy of a list of plain values, each item marked with its place in the config. */
export function derivedList<Key extends string>(container: { [key in Key]?: unknown }, key: Key): unknown[] {
  const list = container[key];
  const copy: unknown[] = Array.isArray(list) ? [...list] : [];
  for (const index of copy.keys()) deriveField(copy, index, [container, key, index]);
  return copy;
}
