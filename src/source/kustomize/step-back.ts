import { isDeepStrictEqual } from 'node:util';
import type { Json, Path } from '../../model/json.ts';
import { isObject, valueAt } from '../../model/json.ts';
import type { Location } from '../../model/resource.ts';
import type { Patch } from './patch.ts';

/** Where a path of a patched object comes from: a place in the patch, or a path of the object before it. */
export type Before = { location: Location } | { path: Path };

/** What is looked for: a place of the rendered object. */
export interface Sought {
  rendered: Json;
  path: Path;
}

/**
 * Goes back over one patch: a value that the patch set is found in it; any other one has the path that it had before,
 * since a JSON patch may have moved it within its list.
 *
 * @param path where the value stood after the patch
 */
export function stepBack(patch: Patch, path: Path, sought: Sought): Before {
  return Array.isArray(patch.value)
    ? overJsonPatch(patch, patch.value, path, sought)
    : overMerge(patch, path, valueAt(sought.rendered, sought.path));
}

function overJsonPatch(patch: Patch, operations: readonly Json[], after: Path, sought: Sought): Before {
  let path = after;
  for (const [index, operation] of [...operations.entries()].reverse()) {
    if (!isObject(operation) || typeof operation['path'] !== 'string') continue;
    const target = pointer(operation['path'], path);
    const inside = startsWith(path, target) || isAppended(operation['value'] as Json, target, path, sought);
    const rest = path.slice(target.length);
    switch (operation['op']) {
      case 'add':
      case 'replace':
        if (inside) return { location: patch.locate([index, 'value', ...rest]) };
        if (operation['op'] === 'add') path = shifted(path, target, -1);
        break;
      case 'remove':
        path = shifted(path, target, 1);
        break;
      case 'move':
      case 'copy':
        if (inside && typeof operation['from'] === 'string') path = [...pointer(operation['from'], path), ...rest];
        break;
    }
  }
  return { path };
}

/** RFC 6901; a number is an index unless the path looked for has a key there. */
function pointer(text: string, path: Path): Path {
  const steps = text
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.map((step, index) => (/^\d+$/.test(step) && typeof path[index] !== 'string' ? Number(step) : step));
}

/** Whether an operation at `/list/-` appended the item that the path leads through. */
function isAppended(value: Json, target: Path, path: Path, { rendered, path: final }: Sought): boolean {
  const list = target.slice(0, -1);
  if (target.at(-1) !== '-' || !startsWith(path, list) || typeof path[list.length] !== 'number') return false;
  return isDeepStrictEqual(valueAt(rendered, final.slice(0, target.length)), value);
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((step, index) => step === path[index]);
}

/** The path's index in the list that an operation added an item to or took one from. */
function shifted(path: Path, target: Path, by: 1 | -1): Path {
  const at = target.length - 1;
  const index = target[at];
  const own = path[at];
  if (typeof index !== 'number' || typeof own !== 'number' || !startsWith(path, target.slice(0, -1))) return path;
  const moves = by === 1 ? own >= index : own > index;
  return moves ? path.with(at, own + by) : path;
}

/** A merge patch sets the values that it holds; lists of Istio's kinds are replaced as a whole. */
function overMerge(patch: Patch, path: Path, value: unknown): Before {
  const own = valueAt(patch.value, path);
  if (own === undefined || isIdentity(path)) return { path };
  // A mapping may have come together from patch and base: only an equal one is the patch's alone.
  return isDeepStrictEqual(own, value) ? { location: patch.locate(path) } : { path };
}

/** What a merge patch names its object by, and does not set. */
function isIdentity([first, second, ...rest]: Path): boolean {
  if (first === undefined || first === 'apiVersion' || first === 'kind') return true;
  return first === 'metadata' && (second === 'name' || second === 'namespace') && rest.length === 0;
}
