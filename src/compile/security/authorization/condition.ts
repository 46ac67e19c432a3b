import type { Message } from '../../../model/envoy.ts';
import type { Source } from '../../../model/provenance.ts';
import { derive } from '../../../model/provenance.ts';

/** A value of a rule and where it stands. */
export interface Value {
  text: string;
  source: Source;
}

/** One attribute of a rule with its values, of which one must match, and its negated ones, of which none may. */
export interface Condition {
  attribute: string;
  values: Value[];
  notValues: Value[];
  /** Where the lists stand. */
  source: Source;
  notSource: Source;
}

/** How an attribute is written for Envoy: value by value, or all values of a list in one matcher. */
export type Generator = { each(value: string): Message } | { all(values: Value[]): Message };

/** A value or attribute that Envoy cannot match (HTTP on a TCP chain, a malformed value). */
export class Unsupported extends Error {}

/** The names of Envoy's fields for the two sides of a policy. */
export interface Combinators {
  and(rules: Message[]): Message;
  or(rules: Message[]): Message;
  not(rule: Message): Message;
}

export const permissions: Combinators = {
  and: (rules) => ({ and_rules: { rules } }),
  or: (rules) => ({ or_rules: { rules } }),
  not: (rule) => ({ not_rule: rule }),
};

export const principals: Combinators = {
  and: (ids) => ({ and_ids: { ids } }),
  or: (ids) => ({ or_ids: { ids } }),
  not: (id) => ({ not_id: id }),
};

/**
 * All conditions of one `from` or `to` together (istiod's `generatePermission`, `generatePrincipal`).
 *
 * @param strict for ALLOW: what cannot be matched makes the whole rule void. Otherwise it is left out, which makes a DENY
 * rule match more.
 * @throws Unsupported where `strict`
 */
export function generate(
  conditions: Condition[],
  generatorOf: (attribute: string) => Generator,
  combine: Combinators,
  strict: boolean,
): Message {
  const matchers: Message[] = [];
  for (const condition of conditions) {
    const generator = generatorOf(condition.attribute);
    const matcher = alternatives(generator, condition.values, combine, strict);
    if (matcher) matchers.push(derive(matcher, condition.source));
    const negated = alternatives(generator, condition.notValues, combine, strict);
    if (negated) matchers.push(derive(combine.not(derive(negated, condition.notSource)), condition.notSource));
  }
  return combine.and(matchers.length > 0 ? matchers : [{ any: true }]);
}

function alternatives(
  generator: Generator,
  values: Value[],
  combine: Combinators,
  strict: boolean,
): Message | undefined {
  if (values.length === 0) return undefined;
  if ('all' in generator) return attempt(() => generator.all(values), strict);
  const matchers = values
    .map((value) => {
      const matcher = attempt(() => generator.each(value.text), strict);
      return matcher && derive(matcher, value.source);
    })
    .filter((matcher) => matcher !== undefined);
  return matchers.length > 0 ? combine.or(matchers) : undefined;
}

function attempt(build: () => Message, strict: boolean): Message | undefined {
  try {
    return build();
  } catch (error) {
    if (strict || !(error instanceof Unsupported)) throw error;
    return undefined;
  }
}
