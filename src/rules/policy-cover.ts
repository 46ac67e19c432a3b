import { isObject, type JsonObject, objects } from '../model/json.ts';

/**
 * Whether a rule of an AuthorizationPolicy takes every request of another one, by their own conditions; false where these
 * do not prove it.
 */
export function covers(wide: JsonObject, narrow: JsonObject): boolean {
  return ['from', 'to', 'when'].every((part) => {
    const outer = objects(wide[part]);
    const inner = objects(narrow[part]);
    if (outer.length === 0) return true;
    // All conditions of `when` must hold; of `from` and `to` any.
    if (part === 'when') return outer.every((it) => inner.some((other) => same(it, other)));
    return inner.length > 0 && inner.every((it) => outer.some((other) => narrows(it, other)));
  });
}

/** Whether a `source` or `operation` with more conditions, or narrower values in them, is within another. */
function narrows(inner: JsonObject, outer: JsonObject): boolean {
  const [a]: unknown[] = Object.values(inner).filter(isObject);
  const [b]: unknown[] = Object.values(outer).filter(isObject);
  if (!isObject(b)) return true;
  if (!isObject(a)) return false;
  return Object.entries(b).every(([key, values]) => {
    if (!Array.isArray(values)) return same(a[key], values);
    return key.startsWith('not') ? excludes(a, key, values.map(String)) : includes(a, key, values.map(String));
  });
}

/** Whether every value that the inner one takes for the key is one of the outer's. */
function includes(inner: Record<string, unknown>, key: string, values: readonly string[]): boolean {
  const own = texts(inner[key]);
  const within = (value: string, pattern: string): boolean =>
    value === pattern || (!addresses.test(key) && matchesPattern(pattern, value));
  if (own.length > 0) return own.every((value) => values.some((pattern) => within(value, pattern)));
  // Whoever has one of the principals is of its namespace.
  const spaces = key === 'namespaces' ? namespacesOf(inner) : undefined;
  return spaces?.every((space) => values.some((pattern) => within(space, pattern))) ?? false;
}

/** Whether the inner one takes none of the values that the outer excludes. */
function excludes(inner: Record<string, unknown>, key: string, values: readonly string[]): boolean {
  const own = texts(inner[key]);
  if (values.every((value) => own.includes(value))) return true;
  // Addresses are ranges, hosts have no case, and a template may take what it does not look like.
  if (addresses.test(key) || key === 'notHosts' || values.some((value) => value.includes('{'))) return false;
  const positive = `${key.slice(3, 4).toLowerCase()}${key.slice(4)}`;
  const taken = texts(inner[positive]);
  if (taken.length > 0 && taken.every((value) => isPlain(value) && !values.some((it) => matchesPattern(it, value))))
    return true;
  const spaces = namespacesOf(inner);
  if (!spaces) return false;
  // A namespace that no excluded principal is of, or that is not excluded itself.
  if (key === 'notNamespaces') return spaces.every((space) => !values.some((it) => matchesPattern(it, space)));
  if (key !== 'notPrincipals') return false;
  const excluded = values.map(namespaceOf);
  return excluded.every((space) => space !== undefined && !spaces.includes(space));
}

const addresses = /ipBlocks$/i;

/** The namespaces whose workloads alone a `source` takes; undefined where that is not certain. */
function namespacesOf(source: Record<string, unknown>): string[] | undefined {
  const named = texts(source['namespaces']);
  if (named.length > 0) return named.every(isPlain) ? named : undefined;
  const spaces = texts(source['principals']).map(namespaceOf);
  return spaces.length > 0 && spaces.every((it) => it !== undefined) ? spaces : undefined;
}

/** The namespace of `cluster.local/ns/shop/sa/cart`. */
function namespaceOf(principal: string): string | undefined {
  return /^[^/*]+\/ns\/([^/*]+)\/sa\//.exec(principal)?.[1];
}

/** `*`, `prefix*` and `*suffix`, as policies match (istiod's `StringMatcher`); a value with a star of its own only if it is narrower. */
function matchesPattern(pattern: string, value: string): boolean {
  if (pattern === value || pattern === '*') return true;
  if (pattern.includes('{')) return false;
  if (pattern.endsWith('*')) return !value.startsWith('*') && value.startsWith(pattern.slice(0, -1));
  if (pattern.startsWith('*')) return !value.endsWith('*') && value.endsWith(pattern.slice(1));
  return false;
}

function isPlain(value: string): boolean {
  return !/[*{]/.test(value);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
