const ids = new WeakMap<object, number>();
let lastId = 0;

/** A number for an object, so that identity can be part of a text; 0 for none. */
export function idOf(object: object | undefined): number {
  if (object === undefined) return 0;
  let id = ids.get(object);
  if (id === undefined) {
    id = ++lastId;
    ids.set(object, id);
  }
  return id;
}
