import { isObject, type JsonObject } from '../model/json.ts';
import { fieldStandsFor, standsFor } from '../model/provenance.ts';
import { matchConflict, mergeMatch } from './delegate-match.ts';
import { objects } from './objects.ts';

/** Fields of a root's route that a delegate's route inherits where it has none of its own. */
const inherited = [
  'rewrite',
  'directResponse',
  'timeout',
  'retries',
  'fault',
  'mirror',
  'mirrorPercent',
  'mirrorPercentage',
  'corsPolicy',
  'mirrors',
  'headers',
];

/**
 * The delegate's HTTP routes as they stand in the root (model.MergeHTTPRoutes): names joined, matches merged, missing
 * settings taken from the root. A route whose matches conflict with the root's is left out.
 *
 * @param root the route with `delegate`
 * @param delegate copies of the delegate's routes; they are changed
 */
export function mergeDelegate(root: JsonObject, delegate: unknown): JsonObject[] {
  return objects(delegate)
    .map((route) => mergeRoute(root, route as JsonObject))
    .filter((route) => route !== undefined);
}

function mergeRoute(root: JsonObject, route: JsonObject): JsonObject | undefined {
  const matches = mergeMatches(root['match'], route['match']);
  if (matches === null) return undefined;
  if (matches) route['match'] = matches as JsonObject[];
  const name = joinNames(root['name'], route['name']);
  if (name) {
    const named = [root, route].filter((item) => item['name']).map((item) => [item, 'name'] as const);
    route['name'] = name;
    fieldStandsFor(route, 'name', ...named);
  }
  for (const field of inherited) {
    if (route[field] !== undefined || root[field] === undefined) continue;
    route[field] = root[field];
    fieldStandsFor(route, field, [root, field]);
  }
  return route;
}

/** `root-delegate`, or the one that is named. */
export function joinNames(root: unknown, delegate: unknown): string {
  if (!delegate) return typeof root === 'string' ? root : '';
  return root ? `${root}-${delegate}` : String(delegate);
}

/** Matches of root and delegate together; undefined where neither has any, null where a delegate's match fits no root's. */
function mergeMatches(root: unknown, delegate: unknown): object[] | undefined | null {
  const [roots, delegates] = [objects(root), objects(delegate)];
  if (roots.length === 0) return Array.isArray(delegate) ? delegate : undefined;
  if (delegates.length === 0) return root as object[];
  const merged: object[] = [];
  for (const match of delegates) {
    const fitting = roots.filter((candidate) => !matchConflict(candidate, match));
    if (fitting.length === 0) return null;
    for (const candidate of fitting) merged.push(mergeMatch(candidate, match));
  }
  return isObject(delegate) || Array.isArray(delegate) ? standsFor(merged, delegate) : merged;
}
