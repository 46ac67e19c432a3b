import { type Path, parsePath } from '../../../model/json.ts';
import type { CelRule, Schema } from '../schema.ts';
import { program } from './program.ts';
import { celValue, children, type Made } from './value.ts';

/** A rule that does not hold, or that nobody can tell of. */
export interface Broken {
  path: Path;
  rule: CelRule;
  /** What the API server says. */
  detail: string;
  /** The value that the rule is about, where it is neither an object nor a list. */
  value?: string | number | boolean;
  /** That it could not be judged; `detail` says why. */
  unknown?: true;
}

/**
 * Judges the rules of CEL in a schema, as an API server does for a new object (apiextensions-apiserver,
 * `cel.Validator`): at each value that is there and not null. Rules that compare with a former state are passed by.
 */
export function judge(value: unknown, schema: Schema): Broken[] {
  return hasRules(schema) ? walk(value, schema, [], new Map()) : [];
}

function walk(value: unknown, schema: Schema, path: Path, made: Made): Broken[] {
  if (value === null || !hasRules(schema)) return [];
  const found = ofRules(value, schema, path, made);
  for (const all of schema.allOf ?? []) found.push(...walk(value, all, path, made));
  for (const [step, item, inner] of children(value, schema)) found.push(...walk(item, inner, [...path, step], made));
  return found;
}

function ofRules(value: unknown, schema: Schema, path: Path, made: Made): Broken[] {
  const { rules = [] } = schema;
  if (rules.length === 0) return [];
  const self = celValue(value, schema, made);
  const scalar = typeof value === 'object' ? {} : { value: value as string };
  return rules.flatMap((rule): Broken[] => {
    const { usesOldSelf, run } = program(rule.rule);
    if (usesOldSelf && !rule.optionalOldSelf) return [];
    const outcome = run(self);
    if ('unknown' in outcome) return [{ path, rule, detail: outcome.unknown, unknown: true }];
    const said = rule.message?.trim() ?? `failed rule: ${rule.rule.trim()}`;
    if ('failure' in outcome) return [{ path, rule, detail: `${said} (${outcome.failure})`, ...scalar }];
    if (outcome.value === true) return [];
    return [{ path: [...path, ...parsePath(fieldPath(rule))], rule, detail: messageOf(rule, self) ?? said, ...scalar }];
  });
}

/** `.a['b c']` as our own paths are written. */
function fieldPath({ fieldPath: written = '' }: CelRule): string {
  return written
    .replace(/^\./, '')
    .replace(/\['((?:[^'\\]|\\.)*)'\]/g, (_, name: string) => `[${JSON.stringify(name.replace(/\\(.)/g, '$1'))}]`);
}

function messageOf({ messageExpression }: CelRule, self: unknown): string | undefined {
  if (messageExpression === undefined) return undefined;
  const outcome = program(messageExpression).run(self);
  const text = 'value' in outcome && typeof outcome.value === 'string' ? outcome.value.trim() : '';
  return text === '' || text.includes('\n') ? undefined : text;
}

const ruled = new WeakMap<Schema, boolean>();

/** Whether there is a rule in a schema or below; large parts have none. */
function hasRules(schema: Schema): boolean {
  const known = ruled.get(schema);
  if (known !== undefined) return known;
  // A schema that comes again inside itself.
  ruled.set(schema, false);
  const below = [...Object.values(schema.fields ?? {}), ...(schema.allOf ?? [])];
  for (const inner of [schema.values, schema.items]) if (inner) below.push(inner);
  const has = (schema.rules?.length ?? 0) > 0 || below.some(hasRules);
  ruled.set(schema, has);
  return has;
}
