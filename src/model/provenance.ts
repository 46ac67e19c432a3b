/**
 * Where a compiled value came from.
 *
 * Config values are plain objects. `adopt` registers every container (object, array) of a resource once, so that any
 * container met while compiling knows the resource and the path it stands at. The compiler marks what it emits:
 *
 *     const action = derive({ cluster }, httpRoute);                    // the whole object comes from this http route
 *     deriveField(action, 'timeout', [httpRoute, 'timeout']);           // this field from that one
 *     deriveField(cluster, 'circuit_breakers', [older, 'tls'], [newer]) // a merged value names each of its sources
 *
 * and `originsAt(root, path)` finds the nearest mark at or above a leaf. Marks live in WeakMaps beside the values:
 * emitted messages stay plain JSON.
 */
import type { Path } from './json.ts';
import { isObject, ownValue } from './json.ts';
import type { Resource } from './resource.ts';

/** A place inside a resource that produced a value. */
export interface Origin {
  resource: Resource;
  /** From the object's root: `['spec', 'http', 0, 'timeout']`. */
  path: Path;
}

/** What a mark may be given: a config container, a config container and a key in it, a resource, or an origin itself. */
export type Source = object | readonly [container: object, ...keys: (string | number)[]] | Origin | undefined;

/** A container's place below its parent's, the resource above the root. Paths are written out for those that ask. */
interface Link {
  up: Link | Resource;
  step: string | number;
}

const places = new WeakMap<object, Origin | Link>();
const fieldPlaces = new WeakMap<object, Map<string | number, Origin[]>>();
const whole = new WeakMap<object, Origin[]>();
const fields = new WeakMap<object, Map<string | number, Origin[]>>();

/** Registers all containers of the resource's object, so that `placeOf` answers for them. Idempotent. */
export function adopt(resource: Resource): void {
  // Thousands of pods pass through here: nothing is made for their scalars.
  const visit = (container: object, place: Origin | Link, up: Link | Resource): void => {
    if (places.has(container)) return;
    places.set(container, place);
    for (const key of Object.keys(container)) {
      const item = (container as Record<string, unknown>)[key];
      if (typeof item !== 'object' || item === null) continue;
      const link = { up, step: Array.isArray(container) ? Number(key) : key };
      visit(item, link, link);
    }
  };
  visit(resource.object, { resource, path: [] }, resource);
}

/** The resource and path that a config container stands at, or undefined for a value that no resource holds. */
export function placeOf(container: object): Origin | undefined {
  const place = places.get(container);
  if (place === undefined || 'path' in place) return place;
  const origin = followed(place);
  // Many messages come from one container: they share what is written out once.
  places.set(container, origin);
  return origin;
}

function followed(link: Link): Origin {
  const path: (string | number)[] = [];
  let at: Link | Resource = link;
  for (; 'up' in at; at = at.up) path.push(at.step);
  return { resource: at, path: path.reverse() };
}

/** Gives a container that was built anew (a delegate merged into its root, a normalized copy) the place of `source`. */
export function standsFor<T extends object>(container: T, source: Source): T {
  const origin = toOrigin(source);
  if (origin) places.set(container, origin);
  return container;
}

/** Gives one field of a container that was built anew (a setting taken from a root) the places of `sources`. */
export function fieldStandsFor(container: object, field: string | number, ...sources: Source[]): void {
  const map = fieldPlaces.get(container) ?? new Map<string | number, Origin[]>();
  map.set(field, toOrigins(sources));
  fieldPlaces.set(container, map);
}

function toOrigin(source: Source): Origin | undefined {
  if (source === undefined) return undefined;
  if (Array.isArray(source) && !places.has(source) && typeof source[0] === 'object') {
    const [container, ...keys] = source as [object, ...(string | number)[]];
    const at = toOrigin(container);
    return at && { resource: at.resource, path: [...at.path, ...keys] };
  }
  const known = placeOf(source);
  if (known) return known;
  if (isObject(source) && 'resource' in source && 'path' in source) return source as unknown as Origin;
  if (isObject(source) && 'locate' in source && 'metadata' in source)
    return { resource: source as unknown as Resource, path: [] };
  return undefined;
}

function toOrigins(sources: readonly Source[]): Origin[] {
  return sources.flatMap((source) => {
    const origin = fieldPlace(source) ?? toOrigin(source);
    return origin ?? [];
  });
}

/** The places of a single field that `fieldStandsFor` was told of. */
function fieldPlace(source: Source): Origin[] | undefined {
  if (!Array.isArray(source) || source.length !== 2 || typeof source[0] !== 'object') return undefined;
  return fieldPlaces.get(source[0] as object)?.get(source[1] as string | number);
}

/** Marks an emitted message: all its leaves without a nearer mark come from `sources`. Returns the message. */
export function derive<T extends object>(message: T, ...sources: Source[]): T {
  const origins = toOrigins(sources);
  if (origins.length > 0) whole.set(message, origins);
  return message;
}

/** Marks one field of an emitted message; also used for a field that is absent because of `sources`. Returns the message. */
export function deriveField<T extends object>(message: T, field: string | number, ...sources: Source[]): T {
  const origins = toOrigins(sources);
  if (origins.length === 0) return message;
  let map = fields.get(message);
  if (!map) {
    map = new Map();
    fields.set(message, map);
  }
  map.set(field, origins);
  return message;
}

/** Copies the marks of one emitted message to another (a clone, a message rebuilt by a patch). Returns the target. */
export function inherit<T extends object>(target: T, from: object): T {
  const origins = whole.get(from);
  if (origins) whole.set(target, origins);
  const map = fields.get(from);
  if (map) fields.set(target, new Map(map));
  return target;
}

/** A deep copy of an emitted message that keeps every mark. */
export function cloneDerived<T>(value: T): T {
  if (Array.isArray(value)) return inherit(value.map(cloneDerived), value) as T;
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = cloneDerived(item);
  return inherit(copy, value) as T;
}

/** The origins of the leaf at `path` below `root`: the nearest mark on the way back up. Empty where nothing is marked. */
export function originsAt(root: unknown, path: Path): Origin[] {
  let value = root;
  let found: Origin[] = [];
  for (const step of path) {
    if (typeof value !== 'object' || value === null) break;
    found = whole.get(value) ?? found;
    found = fields.get(value)?.get(step) ?? found;
    value = ownValue(value as Record<string | number, unknown>, step);
  }
  if (typeof value === 'object' && value !== null) found = whole.get(value) ?? found;
  return found;
}

/** The containers of an emitted value that bear marks of `resource`, and all that lead to them. */
export function marksOf(value: object, resource: Resource): Set<object> {
  const bearing = new Set<object>();
  const seen = new Set<object>();
  const visit = (container: object): boolean => {
    if (seen.has(container)) return bearing.has(container);
    seen.add(container);
    const marks = [whole.get(container) ?? [], ...(fields.get(container)?.values() ?? [])];
    let bears = marks.some((origins) => origins.some((origin) => origin.resource === resource));
    for (const item of Object.values(container)) if (isContainer(item) && visit(item)) bears = true;
    if (bears) bearing.add(container);
    return bears;
  };
  visit(value);
  return bearing;
}

/**
 * The same emitted value with marks of `to` where it has marks of `from`.
 *
 * @param bearing what `marksOf` found for `from`; only these containers are copied, all others stay shared
 */
export function withMarksMoved<T extends object>(
  value: T,
  bearing: ReadonlySet<object>,
  from: Resource,
  to: Resource,
): T {
  if (from === to) return value;
  const copies = new Map<object, object>();
  const move = (origins: Origin[]): Origin[] =>
    origins.map((origin) => (origin.resource === from ? { resource: to, path: origin.path } : origin));
  const copy = (container: object): object => {
    if (!bearing.has(container)) return container;
    const known = copies.get(container);
    if (known) return known;
    const result: object = Array.isArray(container) ? [...container] : { ...container };
    copies.set(container, result);
    for (const [key, item] of Object.entries(container))
      if (isContainer(item)) (result as Record<string, unknown>)[key] = copy(item);
    const origins = whole.get(container);
    if (origins) whole.set(result, move(origins));
    const map = fields.get(container);
    if (map) fields.set(result, new Map([...map].map(([field, list]) => [field, move(list)])));
    return result;
  };
  return copy(value) as T;
}

/** Objects and arrays; values such as `Unknown` have no marks below them. */
function isContainer(value: unknown): value is object {
  if (Array.isArray(value)) return true;
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype;
}
