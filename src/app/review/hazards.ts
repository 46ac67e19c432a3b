import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import type { Resource } from '../../model/resource.ts';
import { resourceName } from '../../model/resource.ts';
import { type Order, safeOrder } from './safe-order.ts';
import type { DifferentRequest } from './sides.ts';
import { statesBetween } from './states-between.ts';

/** Beyond so many changed objects, or proxies to compile for them, orders are not tried out. */
const mostChanges = 24;
const mostCompiled = 1500;

/** What is wrong in a state on the way, and neither before nor after. */
export interface Trouble {
  findings: Finding[];
  requests: DifferentRequest[];
}

/** An object of a change. */
export interface ChangedObject {
  key: string;
  resource: Resource;
  deleted: boolean;
}

/** What can go wrong while a change rolls out object by object. */
export interface Hazards {
  findings: Finding[];
  /** `any`: no state was bad, and all were judged. `untried`: there are too many objects. */
  order: Order | { kind: 'any' } | { kind: 'untried' };
}

/**
 * Judges the states between base and head: where something is wrong in one of them that neither end has, it lasts for as
 * long as the rest is not applied. Then an order is looked for that meets no such state. Where the order in which the
 * files stand is such a one, as tools apply them that sort by name, the hazards are notes.
 *
 * @param changed in the order in which they stand, deleted ones last
 * @param proxies how many are compiled for a state
 * @param judge what is wrong in the base with the changes of some objects
 */
export function orderHazards(
  changed: readonly ChangedObject[],
  proxies: number,
  judge: (keys: ReadonlySet<string>) => Trouble,
): Hazards {
  if (changed.length < 2) return { findings: [], order: { kind: 'any' } };
  const keys = changed.map(({ key }) => key);
  const { states, all } = statesBetween(keys);
  const most = Math.floor(mostCompiled / Math.max(1, proxies));
  if (changed.length > mostChanges || states.length > most) return { findings: [], order: { kind: 'untried' } };
  const known = new Map<string, Trouble>();
  const troubleIn = (state: readonly string[]): Trouble => {
    const name = [...state].sort().join('\n');
    const found = known.get(name) ?? judge(new Set(state));
    known.set(name, found);
    return found;
  };
  const isBad = (state: readonly string[]): boolean => {
    const { findings, requests } = troubleIn(state);
    return findings.length + requests.length > 0;
  };
  const bad = states.filter(isBad);
  if (bad.length === 0 && all) return { findings: [], order: { kind: 'any' } };
  const order = safeOrder(keys, isBad, Math.max(most, states.length));
  const asTheyStand = order.kind === 'safe' && order.keys.every((key, index) => key === keys[index]);
  const described = bad.flatMap((state) => hazardsOf(changed, state, troubleIn, asTheyStand));
  return { findings: distinct(described), order };
}

function hazardsOf(
  changed: readonly ChangedObject[],
  state: readonly string[],
  troubleIn: (state: readonly string[]) => Trouble,
  asTheyStand: boolean,
): Finding[] {
  const { findings, requests } = troubleIn(state);
  const applied = changed.filter(({ key }) => state.includes(key));
  const rest = changed.filter(({ key }) => !state.includes(key));
  // Objects without which alone all the others have the same trouble.
  const needed = (has: (trouble: Trouble) => boolean): ChangedObject[] =>
    rest.filter(({ key }) => has(troubleIn(changed.map((it) => it.key).filter((it) => it !== key))));
  const hazard = (needs: ChangedObject[]) => {
    const first = needs.length > 0 ? namesOf(needs) : 'the rest of the change';
    const deleted = needs.length > 0 && needs.every((it) => it.deleted);
    return {
      code: codes.hazardOrder,
      kind: 'hazard' as const,
      severity: asTheyStand ? ('info' as const) : ('warning' as const),
      order: `if ${namesOf(applied)} ${applied.length > 1 ? 'are' : 'is'} ${verbOf(applied)} before ${first}`,
      fix: asTheyStand
        ? 'keep the order in which the files stand: by their names it comes after what it needs.'
        : `${deleted ? 'delete' : 'apply'} ${needs.length > 0 ? first : 'the others'} first, in a change or sync wave of their own.`,
    };
  };
  const told = findings.map((finding): Finding => {
    const { order, ...more } = hazard(needed((it) => it.findings.some((other) => placeOf(other) === placeOf(finding))));
    return {
      ...finding,
      ...more,
      message: `${finding.message}, ${order}`,
      effect: `while the rest is not applied: ${finding.effect}`,
    };
  });
  const [request] = requests;
  const [object] = applied;
  if (told.length > 0 || !request || !object) return told;
  const { order, ...more } = hazard(needed((it) => it.requests.some(({ curl }) => curl === request.curl)));
  return [
    {
      ...more,
      resource: resourceName(object.resource),
      field: '',
      message: `requests fail on the way, ${order}`,
      location: object.resource.locate([]),
      proxies: [...new Set(requests.flatMap(({ proxies }) => proxies))].sort(),
      layer: 'config',
      effect: `while the rest is not applied: ${request.curl} gets ${request.head}, and ${request.base} before.`,
      related: [],
    },
  ];
}

function placeOf({ resource, field }: Finding): string {
  return `${resource} ${field}`;
}

function verbOf(objects: readonly ChangedObject[]): string {
  return objects.every((it) => it.deleted) ? 'deleted' : 'applied';
}

function namesOf(objects: readonly ChangedObject[]): string {
  const names = objects.map(({ resource }) => resourceName(resource));
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(' and ');
}

/** Of one place the smallest state, which comes first. */
function distinct(findings: readonly Finding[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const it of findings) if (!found.has(placeOf(it))) found.set(placeOf(it), it);
  return [...found.values()];
}
