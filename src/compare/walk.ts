import type { ResourceType } from '../model/envoy.ts';
import type { Field } from '../model/envoy-api/index.ts';
import { isObject, ownValue } from '../model/json.ts';
import { OneOf } from '../model/one-of.ts';
import { Unknown } from '../model/unknown.ts';
import { exclusionAt } from './exclusions.ts';
import { label, listRule, pairUp } from './lists.ts';
import { sameScalar } from './scalar.ts';
import { elementOf, fieldTypes, isAbsent } from './schema.ts';
import type { Comparison, Difference } from './types.ts';

type Step = string | number;

/** Compares one resource of both sides leaf by leaf and adds what it finds to `into`. */
export class Walk {
  readonly #type: ResourceType;
  readonly #name: string;
  readonly #into: Comparison;
  readonly #discovery: string | undefined;

  /** @param discovery of an endpoint resource: how its cluster finds hosts */
  constructor(type: ResourceType, name: string, into: Comparison, discovery?: string) {
    this.#type = type;
    this.#name = name;
    this.#into = into;
    this.#discovery = discovery;
  }

  /** Either side may be undefined: then the other is missing or extra as a whole, apart from what is not compared in it. */
  compare(expected: unknown, live: unknown, expectedPath: Step[] = [], livePath: Step[] = [], field?: Field): void {
    const excluded = exclusionAt(this.#type, live === undefined ? expectedPath : livePath, this.#discovery);
    if (excluded !== undefined) return this.#skip(excluded, live ?? expected);
    if (expected instanceof Unknown) return this.#skip(expected.reason, live);
    // Of two compiled states either may hold what cannot be known.
    if (live instanceof Unknown) return this.#skip(live.reason, expected);
    if (expected instanceof OneOf || live instanceof OneOf)
      return this.compare(this.#choose(expected, live, field), usual(live), expectedPath, livePath, field);
    if (expected === undefined || live === undefined)
      return this.#oneSided(expected, live, expectedPath, livePath, field);
    if (Array.isArray(expected) && Array.isArray(live))
      return this.#list(expected, live, expectedPath, livePath, field);
    if (isObject(expected) && isObject(live) && expected['@type'] === live['@type'])
      return this.#message(expected, live, expectedPath, livePath, field);
    const leaves = Math.max(countLeaves(expected), countLeaves(live));
    this.#into.compared.leaves += leaves;
    if (isContainer(expected) || isContainer(live) || !sameScalar(expected, live, field))
      this.#differ('changed', expectedPath, livePath, expected, live, leaves);
  }

  #message(
    expected: Record<string, unknown>,
    live: Record<string, unknown>,
    ePath: Step[],
    lPath: Step[],
    field: Field | undefined,
  ): void {
    const typeOf = fieldTypes(live, field);
    let fields = 0;
    for (const key of Object.keys(expected)) {
      fields++;
      this.compare(expected[key], ownValue(live, key), [...ePath, key], [...lPath, key], typeOf(key));
    }
    for (const key of Object.keys(live)) {
      if (Object.hasOwn(expected, key)) continue;
      fields++;
      this.compare(undefined, live[key], [...ePath, key], [...lPath, key], typeOf(key));
    }
    if (fields === 0) this.#into.compared.leaves++;
  }

  #list(
    expected: readonly unknown[],
    live: readonly unknown[],
    ePath: Step[],
    lPath: Step[],
    field: Field | undefined,
  ): void {
    const element = field && elementOf(field);
    const rule = listRule(ePath.at(-2), ePath.at(-1)) ?? { keys: [], ordered: true };
    const pairs = pairUp(rule, expected, live);
    if (rule.ordered && pairs.some(([, index], at) => at > 0 && index < (pairs[at - 1]?.[1] ?? 0))) {
      const names = pairs.map(([index]) => label(expected[index]));
      const liveNames = [...pairs].sort(([, a], [, b]) => a - b).map(([, index]) => label(live[index]));
      this.#differ('changed', ePath, lPath, names, liveNames, 1);
    }
    pairs.push(...this.#pairRest(expected, live, pairs, element));
    for (const [e, l] of pairs) this.compare(expected[e], live[l], [...ePath, e], [...lPath, l], element);
    const pairedExpected = new Set(pairs.map(([index]) => index));
    const pairedLive = new Set(pairs.map(([, index]) => index));
    for (const [index, item] of expected.entries())
      if (!pairedExpected.has(index)) this.compare(item, undefined, [...ePath, index], lPath);
    for (const [index, item] of live.entries())
      if (!pairedLive.has(index)) this.compare(undefined, item, ePath, [...lPath, index]);
  }

  /**
   * Elements that no key pairs go together by position, so that a changed one is one small difference; where one side
   * has more, equal ends are set aside first.
   */
  #pairRest(
    expected: readonly unknown[],
    live: readonly unknown[],
    pairs: readonly [number, number][],
    element: Field | undefined,
  ): [number, number][] {
    const takenExpected = new Set(pairs.map(([index]) => index));
    const takenLive = new Set(pairs.map(([, index]) => index));
    const e = [...expected.keys()].filter((index) => !takenExpected.has(index));
    const l = [...live.keys()].filter((index) => !takenLive.has(index));
    const found: [number, number][] = [];
    if (e.length !== l.length) {
      const same = (a: number | undefined, b: number | undefined) =>
        a !== undefined && b !== undefined && this.#equal(expected[a], live[b], element);
      while (same(e[0], l[0])) found.push([e.shift() as number, l.shift() as number]);
      while (same(e.at(-1), l.at(-1))) found.push([e.pop() as number, l.pop() as number]);
    }
    for (let at = 0; at < Math.min(e.length, l.length); at++) found.push([e[at] as number, l[at] as number]);
    return found;
  }

  /** Of several expected values the one that a proxy holds, else the usual one; between compiled sides the usual ones count. */
  #choose(expected: unknown, live: unknown, field: Field | undefined): unknown {
    if (!(expected instanceof OneOf) || live instanceof OneOf) return usual(expected);
    const held = expected.values.findIndex((value) => this.#equal(value, live, field));
    return expected.values[Math.max(held, 0)];
  }

  #equal(expected: unknown, live: unknown, field: Field | undefined): boolean {
    const trial = emptyComparison();
    new Walk(this.#type, this.#name, trial, this.#discovery).compare(expected, live, ['*'], ['*'], field);
    return trial.differences.length === 0;
  }

  #oneSided(expected: unknown, live: unknown, ePath: Step[], lPath: Step[], field: Field | undefined): void {
    const value = expected ?? live;
    if (value === undefined) return;
    if (isAbsent(value, field)) {
      this.#into.compared.leaves++;
      return;
    }
    const leaves = this.#countOneSided(value, expected === undefined ? lPath : ePath);
    this.#into.compared.leaves += leaves;
    if (leaves === 0) return;
    if (live === undefined) this.#differ('missing', ePath, lPath, expected, undefined, leaves);
    else this.#differ('extra', ePath, lPath, undefined, live, leaves);
  }

  /** Leaves of a value that only one side has, without those not compared, which are counted here. */
  #countOneSided(value: unknown, path: Step[]): number {
    if (value instanceof Unknown) {
      this.#skip(value.reason, undefined);
      return 0;
    }
    if (value instanceof OneOf) return this.#countOneSided(usual(value), path);
    if (value === undefined) return 0;
    const excluded = path.length > 0 ? exclusionAt(this.#type, path, this.#discovery) : undefined;
    if (excluded !== undefined) {
      this.#skip(excluded, value);
      return 0;
    }
    if (!isContainer(value)) return 1;
    const entries = Object.entries(value);
    if (entries.length === 0) return 1;
    const step = (key: string): Step => (Array.isArray(value) ? Number(key) : key);
    return entries.reduce((sum, [key, item]) => sum + this.#countOneSided(item, [...path, step(key)]), 0);
  }

  #skip(reason: string, value: unknown): void {
    const { notCompared } = this.#into;
    notCompared.set(reason, (notCompared.get(reason) ?? 0) + (value === undefined ? 1 : countLeaves(value)));
  }

  #differ(
    kind: Difference['kind'],
    ePath: Step[],
    lPath: Step[],
    expected: unknown,
    live: unknown,
    leaves: number,
  ): void {
    this.#into.differences.push({
      type: this.#type,
      name: this.#name,
      kind,
      expectedPath: ePath,
      livePath: lPath,
      ...(expected === undefined ? {} : { expected }),
      ...(live === undefined ? {} : { live }),
      leaves,
    });
  }
}

export function emptyComparison(): Comparison {
  return { differences: [], compared: { resources: 0, leaves: 0 }, notCompared: new Map() };
}

/** Scalars below a value; an empty message or list is one leaf. */
function countLeaves(value: unknown): number {
  if (value instanceof OneOf) return countLeaves(usual(value));
  if (!isContainer(value) || value instanceof Unknown) return 1;
  const items = Object.values(value);
  return items.length === 0 ? 1 : items.reduce<number>((sum, item) => sum + countLeaves(item), 0);
}

function usual(value: unknown): unknown {
  return value instanceof OneOf ? value.values[0] : value;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
