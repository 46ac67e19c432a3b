import type { Path } from '../model/json.ts';
import type { Location, Resource } from '../model/resource.ts';
import type { LineIndex } from './text.ts';
import type { Place } from './yaml/compose.ts';

/**
 * Finds places in one file: a path's own place, or that of its nearest ancestor. The object as a whole (it is missing,
 * it is not managed) stands at the line of its `kind`.
 *
 * @param base path of the object in its document: [] or that of a list's item
 */
export function locateIn(file: string, lines: LineIndex, root: () => Place, base: Path = []): (path: Path) => Location {
  return (path) => {
    let place = root();
    for (const step of [...base, ...(path.length === 0 ? ['kind'] : path)]) {
      const inner = place.inner?.get(step);
      if (!inner) break;
      place = inner;
    }
    return { file, ...lines.at(place.at) };
  };
}

/** The place that stands for an object as a whole: the line of its `kind`. Undefined for objects without a file. */
export function locateObject(resource: Resource): Location | undefined {
  return resource.locate([]);
}
