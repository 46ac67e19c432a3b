import { isDeepStrictEqual } from 'node:util';
import type { Path } from '../../model/json.ts';
import { isObject, valueAt } from '../../model/json.ts';
import type { Location } from '../../model/resource.ts';
import type { SourceDocument } from '../documents.ts';

/** A value to look for in values files. */
export interface Wanted {
  value: unknown;
  /** The keys that it must end with, outermost first. */
  keys: Path;
  /** Of several places the one beside this name is meant. */
  name: string;
}

/** The place that an action such as `.Values.gateway.port` names, in the first file that has the value there. */
export function namedValue(action: string, value: unknown, files: readonly SourceDocument[]): Location | undefined {
  for (const [, dotted = ''] of action.matchAll(/\$?\.Values\.([\w.]+)/g)) {
    const path = dotted.split('.');
    for (const file of files) {
      if (isDeepStrictEqual(valueAt(file.value, path), value)) return file.locate(path);
    }
  }
  return undefined;
}

/**
 * The place of a value that a template reached through a variable (`$svc.timeout`): the one place in the first file
 * that has it under these keys. Undefined where several could be meant.
 */
export function foundValue(wanted: Wanted, files: readonly SourceDocument[]): Location | undefined {
  for (const file of files) {
    const places = placesOf(file.value, wanted, []);
    const beside = places.filter((path) => isBeside(file.value, path, wanted.name));
    const [only, ...others] = beside.length > 0 ? beside : places;
    if (only && others.length === 0) return file.locate(only);
    if (only) return undefined;
  }
  return undefined;
}

function placesOf(value: unknown, wanted: Wanted, path: Path): Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => placesOf(item, wanted, [...path, index]));
  if (!isObject(value)) return [];
  const own = valueAt(value, wanted.keys);
  const here = own !== undefined && isDeepStrictEqual(own, wanted.value) ? [[...path, ...wanted.keys]] : [];
  return [...here, ...Object.entries(value).flatMap(([key, item]) => placesOf(item, wanted, [...path, key]))];
}

/** Whether a mapping around a place has the name among its own values. */
function isBeside(root: unknown, path: Path, name: string): boolean {
  return path.some((_, depth) => {
    const around = valueAt(root, path.slice(0, depth));
    return isObject(around) && Object.values(around).includes(name);
  });
}
