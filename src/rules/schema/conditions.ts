import type { JsonObject } from '../../model/json.ts';
import type { Schema } from './schema.ts';

const counted = /^(?:\(has\(self\.\w+\) \? 1 : 0\) ?\+? ?)+ ?<= 1$/;
const needed = /^has\(self\.\w+\)(?: \|\| has\(self\.\w+\))*$/;

/**
 * Takes over those CEL rules of a CRD (`x-kubernetes-validations`) that say something simple: bounds, a list of values, at
 * most one of some fields. All others are left out; what they refuse is not found.
 */
export function addConditions(schema: Schema, rules: readonly JsonObject[]): void {
  for (const rule of rules)
    addCondition(
      schema,
      String(rule['rule'] ?? '')
        .replace(/\s+/g, ' ')
        .trim(),
    );
}

function addCondition(schema: Schema, rule: string): void {
  const fields = (): string[] => [...new Set([...rule.matchAll(/has\(self\.(\w+)\)/g)].map((match) => match[1] ?? ''))];
  const shortest = /^duration\(self\) >= duration\('(\w+)'\)$/.exec(rule)?.[1];
  const between = /^(\d+) < self && self <= (\d+)$/.exec(rule);
  const without = /^!self\.contains\("([^"]*)"\)$/.exec(rule)?.[1];
  const not = /^self != "([^"]*)"$/.exec(rule)?.[1];
  const values = /^self in \[((?:"[^"]*",? ?)+)\]$/.exec(rule)?.[1];
  if (shortest !== undefined) schema.shortest = shortest;
  else if (between) Object.assign(schema, { min: Number(between[1]) + 1, max: Number(between[2]) });
  else if (without !== undefined) schema.without = [...(schema.without ?? []), without];
  else if (not !== undefined) schema.not = [...(schema.not ?? []), not];
  else if (values !== undefined) schema.enum = [...values.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
  else if (counted.test(rule)) schema.atMostOne = [...(schema.atMostOne ?? []), fields()];
  else if (needed.test(rule)) schema.oneNeeded = [...(schema.oneNeeded ?? []), fields()];
}
