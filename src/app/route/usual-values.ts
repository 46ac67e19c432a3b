import type { ProxyConfig } from '../../model/envoy.ts';
import { OneOf } from '../../model/one-of.ts';
import { inherit } from '../../model/provenance.ts';
import { Unknown } from '../../model/unknown.ts';

/**
 * A compiled configuration as one that can be walked: where inputs leave several values the usual one, where they leave
 * none nothing. Parts without such values stay the objects that they are, all keep their origins.
 */
export function usualValues(config: ProxyConfig): ProxyConfig {
  return plain(config) as ProxyConfig;
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof OneOf) return plain(value.values[0]);
  if (value instanceof Unknown) return undefined;
  const known = done.get(value);
  if (known) return known;
  const result = Array.isArray(value) ? plainList(value) : plainObject(value as Record<string, unknown>);
  done.set(value, result);
  return result;
}

/** Messages are shared between proxies; each is looked through once. */
const done = new WeakMap<object, object>();

function plainList(list: readonly unknown[]): object {
  const items = list.map(plain);
  if (items.every((item, index) => item === list[index])) return list;
  return inherit(
    items.filter((item) => item !== undefined),
    list,
  );
}

function plainObject(object: Record<string, unknown>): object {
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(object)) {
    const result = plain(item);
    if (result === item) continue;
    copy ??= inherit({ ...object }, object);
    if (result === undefined) delete copy[key];
    else copy[key] = result;
  }
  return copy ?? object;
}
