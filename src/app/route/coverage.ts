import { formatPath, objects } from '../../model/json.ts';
import { type Location, type Resource, resourceKey, resourceName } from '../../model/resource.ts';
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

/** What holds the routes of each kind. */
const lists: Record<string, readonly string[]> = {
  VirtualService: ['http', 'tls', 'tcp'],
  HTTPRoute: ['rules'],
  GRPCRoute: ['rules'],
  TLSRoute: ['rules'],
  TCPRoute: ['rules'],
};

/**
 * Counts the routes of VirtualServices and of the Gateway API that decided any request. A route that delegates is none of
 * its own: those of its delegate are counted.
 *
 * @param resources of the side that was asked, as paths into them are compared
 * @param git resources that have files
 */
export function coverage(
  resources: readonly Resource[],
  sides: readonly SideReport[],
  git: readonly Resource[] = [],
): Coverage {
  const decided = new Set(
    sides.flatMap((side) =>
      side.decidedBy.flatMap(
        ({ resource, field }) => `${resource} ${/^spec\.(?:http|tls|tcp|rules)\[\d+\]/.exec(field)?.[0] ?? ''}`,
      ),
    ),
  );
  const files = new Map(git.map((it) => [resourceKey(it), it]));
  const all = resources.flatMap((resource) => routesOf(resource, files.get(resourceKey(resource)) ?? resource));
  const untested = all.filter((it) => !decided.has(`${it.resource} ${it.field}`));
  const covered = all.length - untested.length;
  return { routes: all.length, covered, percent: all.length === 0 ? 100 : (covered / all.length) * 100, untested };
}

function routesOf(resource: Resource, written: Resource): Untested[] {
  return (lists[resource.kind] ?? []).flatMap((list) =>
    objects((resource.spec as Record<string, unknown>)[list]).flatMap((route, index) => {
      if (route['delegate']) return [];
      const path = ['spec', list, index];
      return [
        {
          resource: resourceName(resource),
          field: formatPath(path),
          name: String(route['name'] ?? ''),
          location: written.locate(path) ?? null,
        },
      ];
    }),
  );
}
