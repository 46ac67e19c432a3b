import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects, type Path } from '../model/json.ts';
import type { Origin } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { matchConflict } from '../registry/delegate-match.ts';
import { at, findingOf } from './finding.ts';
import { holdersOf } from './holders.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { delegateOf } from './unknown-delegate.ts';

interface Outside {
  root: Resource;
  /** Of the root's route. */
  index: number;
  place: Origin;
  proxies: Set<Proxy>;
}

/**
 * Routes of delegates whose match lies outside of their root's: istiod leaves the whole route out (model.MergeHTTPRoutes).
 * One that fits any of the roots that name the delegate is in use.
 */
export const delegateOutside: Rule = {
  name: 'delegate-outside',
  codes: [codes.delegateOutside],
  find(mesh) {
    const outside = new Map<JsonObject, Outside | undefined>();
    for (const root of mesh.registry.resources('VirtualService'))
      for (const [index, http] of objects(root.spec['http']).entries()) {
        const delegate = delegateOf(mesh, root, http);
        for (const [position, route] of objects(delegate?.spec['http']).entries()) {
          const leaf = delegate && conflict(objects(http['match']), objects(route['match']));
          if (!leaf) {
            outside.set(route, undefined);
            continue;
          }
          if (outside.has(route) && !outside.get(route)) continue;
          const found = outside.get(route) ?? {
            root,
            index,
            place: at(delegate, 'spec', 'http', position, 'match', ...leaf),
            proxies: new Set(),
          };
          outside.set(route, found);
          for (const proxy of holdersOf(mesh, root.metadata)) found.proxies.add(proxy);
        }
      }
    return [...outside.values()].flatMap((it) => (it ? [toFinding(mesh, it)] : []));
  },
};

/**
 * Where a delegate's route says what no match of its root takes: the path of the first such match below `match`, as deep as
 * one field explains it; undefined where the route stays.
 */
function conflict(roots: readonly JsonObject[], leaves: readonly JsonObject[]): Path | undefined {
  if (roots.length === 0) return undefined;
  const index = leaves.findIndex((leaf) => roots.every((root) => matchConflict(root, leaf)));
  const leaf = leaves[index];
  if (!leaf) return undefined;
  const field = Object.keys(leaf).find((key) =>
    roots.every((root) => matchConflict({ [key]: root[key] }, { [key]: leaf[key] })),
  );
  const value = field === undefined ? undefined : leaf[field];
  const [only, more] = isObject(value) ? Object.keys(value) : [];
  const below = only === undefined || more !== undefined ? [] : [only];
  return field === undefined ? [index] : [index, field, ...below];
}

function toFinding(mesh: CompiledMesh, { root, index, place, proxies }: Outside): Finding {
  return findingOf(mesh, {
    code: codes.delegateOutside,
    kind: 'missing-route',
    severity: 'error',
    at: place,
    proxies,
    message: `asks for what ${resourceName(root)}, which delegates to it, does not hand on`,
    effect: 'istiod leaves this route out; its requests fall to the next that matches, or get 404 NR.',
    fix: "match within the root's own match, or widen that one.",
    related: [{ message: `${resourceName(root)} delegates to it`, at: at(root, 'spec', 'http', index) }],
  });
}
