/** A JSON value as `JSON.parse` or a YAML reader returns it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** The way from a root value to a value inside it: object keys and array indexes. */
export type Path = readonly (string | number)[];

/** Whether `value` is an object that is neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects among the items of a list; [] for what is no list. */
export function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter((item): item is JsonObject => isObject(item)) : [];
}

/** The value at `path` below `root`, or undefined where the way ends before. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = ownValue(value as Record<string | number, unknown>, step);
  }
  return value;
}

/** What an object or list holds at a key: a key such as `toString` finds nothing of what all objects inherit. */
export function ownValue<Value>(
  container: Readonly<Record<string | number, Value>>,
  key: string | number,
): Value | undefined {
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** The text of a value with the keys of its objects sorted: equal for values that differ in the order of keys alone. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

/** The path of a label or an annotation as it is written: what follows is one key, `metadata.labels.istio.io/rev`. */
export const metadataKey: RegExp = /^metadata\.(labels|annotations)\.(.+)$/s;

/**
 * Writes a path as Kubernetes does in its field errors: `spec.http[0].route[1].weight`. Keys with other characters are
 * bracketed and quoted, save those of an object's own labels and annotations (`metadataKey`).
 */
export function formatPath(path: Path): string {
  const own = path.length === 3 ? path.join('.') : '';
  if (metadataKey.test(own)) return own;
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^(?:[A-Za-z_][A-Za-z0-9_-]*|\d+)$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** Reads what `formatPath` wrote. */
export function parsePath(text: string): Path {
  const [, part, name] = metadataKey.exec(text) ?? [];
  if (part !== undefined && name !== undefined) return ['metadata', part, name];
  const steps = text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return [...steps].map(([, index, quoted, key]) =>
    index !== undefined ? Number(index) : quoted !== undefined ? (JSON.parse(quoted) as string) : (key ?? ''),
  );
}
