import { formatPath, objects } from '../../model/json.ts';
import { type Location, type Resource, resourceName } from '../../model/resource.ts';
import type { SideReport } from './side.ts';

/** A route of the configuration that no test took. */
interface Untested {
  resource: string;
  field: string;
  name: string;
  location: Location | null;
}

/** How many of the configuration's routes the tests took. */
export interface Coverage {
  routes: number;
  covered: number;
  /** 0 to 100; 100 where there is no route. */
  percent: number;
  untested: Untested[];
}

/** Counts routes of VirtualServices (`spec.http[]`) and HTTPRoutes (`spec.rules[]`) that decided any request. */
export function coverage(resources: readonly Resource[], sides: readonly SideReport[]): Coverage {
  const decided = new Set(
    sides.flatMap((side) =>
      side.decidedBy.flatMap(
        ({ resource, field }) => `${resource} ${/^spec\.(?:http|rules)\[\d+\]/.exec(field)?.[0] ?? ''}`,
      ),
    ),
  );
  const all = resources.flatMap((resource) => routesOf(resource));
  const untested = all.filter((it) => !decided.has(`${it.resource} ${it.field}`));
  const covered = all.length - untested.length;
  return { routes: all.length, covered, percent: all.length === 0 ? 100 : (covered / all.length) * 100, untested };
}

function routesOf(resource: Resource): Untested[] {
  const list = resource.kind === 'VirtualService' ? 'http' : resource.kind === 'HTTPRoute' ? 'rules' : undefined;
  if (list === undefined) return [];
  return objects((resource.spec as Record<string, unknown>)[list]).map((route, index) => {
    const path = ['spec', list, index];
    return {
      resource: resourceName(resource),
      field: formatPath(path),
      name: String(route['name'] ?? ''),
      location: resource.locate(path) ?? null,
    };
  });
}
