import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import type { Resource } from '../../model/resource.ts';
import { resourceName } from '../../model/resource.ts';
import { independentGroups } from './independent.ts';
import { type Order, safeOrder } from './safe-order.ts';
import type { DifferentRequest } from './sides.ts';
import { statesBetween } from './states-between.ts';

/** Beyond so many changed objects that have to do with each other, or proxies to compile, orders are not tried out. */
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
  /** What the base has of it. */
  former?: Resource;
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
 * files stand is such a one, as tools apply them that sort by name, the hazards are notes. Groups of objects that have
 * nothing to do with each other are on the way at once, and each for itself only where that is bad.
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
  const groups = independentGroups(changed);
  const plans = groups.map((objects) => ({ objects, ...statesBetween(objects.map(({ key }) => key)) }));
  const most = Math.floor(mostCompiled / Math.max(1, proxies));
  const known = new Map<string, Trouble>();
  const troubleIn = (state: readonly string[]): Trouble => {
    const name = nameOf(state);
    const found = known.get(name) ?? judge(new Set(state));
    known.set(name, found);
    return found;
  };
  const rounds = Math.max(...plans.map(({ states }) => states.length), 0);
  if (groups.some(({ length }) => length > mostChanges) || rounds > most)
    return { findings: [], order: { kind: 'untried' } };
  for (let round = 0; round < rounds; round++) {
    const together = plans.flatMap(({ states }) => states.slice(round, round + 1));
    if (together.length < 2 || isBad(troubleIn(together.flat()))) continue;
    for (const state of together) known.set(nameOf(state), { findings: [], requests: [] });
  }
  const open = plans.flatMap(({ states }) => states).filter((state) => !known.has(nameOf(state)));
  if (open.length > most) return { findings: [], order: { kind: 'untried' } };
  const found = plans.map((plan) => groupHazards(plan, most, troubleIn));
  return { findings: found.flatMap(({ findings }) => findings), order: joinedOrder(changed, groups, found) };
}

interface Plan {
  objects: readonly ChangedObject[];
  states: string[][];
  all: boolean;
}

function groupHazards(
  { objects, states, all }: Plan,
  most: number,
  troubleIn: (state: readonly string[]) => Trouble,
): Hazards {
  const keys = objects.map(({ key }) => key);
  const bad = states.filter((state) => isBad(troubleIn(state)));
  if (bad.length === 0 && all) return { findings: [], order: { kind: 'any' } };
  const order = safeOrder(keys, (state) => isBad(troubleIn(state)), Math.max(most, states.length));
  const asTheyStand = order.kind === 'safe' && order.keys.every((key, index) => key === keys[index]);
  const described = bad.flatMap((state) => hazardsOf(objects, state, troubleIn, asTheyStand));
  return { findings: distinct(described), order };
}

/** One order of all groups: as the objects stand where that is safe for each, else one group after the other. */
function joinedOrder(
  changed: readonly ChangedObject[],
  groups: readonly (readonly ChangedObject[])[],
  hazards: readonly Hazards[],
): Hazards['order'] {
  const orders = hazards.map(({ order }) => order);
  const worst = orders.find(({ kind }) => kind === 'none') ?? orders.find(({ kind }) => kind === 'not-found');
  if (worst) return worst;
  if (orders.every(({ kind }) => kind === 'any')) return { kind: 'any' };
  const standing = groups.map((objects) => objects.map(({ key }) => key));
  const safe = orders.map((order, index) => (order.kind === 'safe' ? order.keys : (standing[index] ?? [])));
  const asTheyStand = safe.every((keys, index) => keys.join() === standing[index]?.join());
  return { kind: 'safe', keys: asTheyStand ? changed.map(({ key }) => key) : safe.flat() };
}

function isBad({ findings, requests }: Trouble): boolean {
  return findings.length + requests.length > 0;
}

function nameOf(state: readonly string[]): string {
  return [...state].sort().join('\n');
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
  const failing = [...new Set(requests.flatMap(({ proxies }) => proxies))].sort();
  const told = findings.map((finding): Finding => {
    const { order, ...more } = hazard(needed((it) => it.findings.some((other) => placeOf(other) === placeOf(finding))));
    return {
      ...finding,
      ...more,
      // What then is in no proxy (the routes of a Gateway that is not there) is missed by those whose requests fail.
      proxies: finding.proxies.length > 0 ? finding.proxies : failing,
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
      proxies: failing,
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
