import { isObject, type Json, type JsonObject, objects } from '../../model/json.ts';
import type { CelRule, KindSchemas, Schema } from './schema.ts';

/**
 * Reads a CustomResourceDefinition.
 *
 * @returns the kind as `group/Kind` with its schemas; undefined for what is none, or has no schema
 */
export function readDefinition(definition: JsonObject): ({ name: string } & KindSchemas) | undefined {
  const spec = isObject(definition['spec']) ? definition['spec'] : {};
  const names = isObject(spec['names']) ? spec['names'] : {};
  const versions: KindSchemas['versions'] = {};
  for (const version of objects(spec['versions'])) {
    const holder = isObject(version['schema']) ? version['schema'] : {};
    const schema = holder['openAPIV3Schema'];
    if (version['served'] === false || !isObject(schema)) continue;
    const deprecated = version['deprecated'] === true ? { deprecated: true as const } : {};
    versions[String(version['name'])] = { schema: normalized(schema as JsonObject), ...deprecated };
  }
  if (Object.keys(versions).length === 0) return undefined;
  return { name: `${String(spec['group'])}/${String(names['kind'])}`, versions };
}

/** A structural schema of OpenAPI in our form (apiextensions v1, `JSONSchemaProps`). */
export function normalized(from: JsonObject): Schema {
  const schema: Schema = {};
  const type = from['type'];
  if (from['x-kubernetes-int-or-string'] === true) schema.type = 'int-or-string';
  else if (typeof type === 'string') schema.type = type as Schema['type'];
  const { properties, items, additionalProperties } = from;
  if (isObject(properties)) {
    schema.fields = {};
    for (const [name, field] of Object.entries(properties)) schema.fields[name] = normalized(field as JsonObject);
  }
  if (isObject(items)) schema.items = normalized(items as JsonObject);
  if (isObject(additionalProperties)) schema.values = normalized(additionalProperties as JsonObject);
  if (from['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true) schema.open = true;
  if (from['x-kubernetes-embedded-resource'] === true) schema.open = true;
  if (from['nullable'] === true) schema.nullable = true;
  if ((from['default'] ?? undefined) !== undefined) schema.default = from['default'] as Json;
  const required = texts(from['required']);
  if (required.length > 0) schema.required = required;
  if (Array.isArray(from['enum'])) schema.enum = from['enum'] as NonNullable<Schema['enum']>;
  if (typeof from['pattern'] === 'string') schema.pattern = from['pattern'];
  const { format } = from;
  if (typeof format === 'string' && (format === 'int32' || type === 'string' || type === undefined))
    schema.format = format;
  if (from['x-kubernetes-list-type'] === 'set') schema.unique = 'whole';
  if (from['x-kubernetes-list-type'] === 'map') schema.unique = texts(from['x-kubernetes-list-map-keys']);
  addBounds(schema, from);
  addAlternatives(schema, from);
  const rules = objects(from['x-kubernetes-validations']).map(ruleOf);
  if (rules.length > 0) schema.rules = rules;
  return schema;
}

function addBounds(schema: Schema, from: JsonObject): void {
  const set = (key: 'min' | 'max' | 'fewest' | 'most', ...names: string[]): void => {
    for (const name of names) if (typeof from[name] === 'number') schema[key] = from[name];
  };
  set('min', 'minimum');
  set('max', 'maximum');
  set('fewest', 'minLength', 'minItems', 'minProperties');
  set('most', 'maxLength', 'maxItems', 'maxProperties');
}

function addAlternatives(schema: Schema, from: JsonObject): void {
  const all = objects(from['allOf']).map(normalized);
  if (all.length > 0) schema.allOf = all;
  const any = objects(from['anyOf']).map(normalized);
  // `int-or-string` says the same once more.
  if (any.length > 0 && schema.type !== 'int-or-string') schema.anyOf = any;
  if (isObject(from['not'])) schema.not = normalized(from['not'] as JsonObject);
  addOneOf(schema, objects(from['oneOf']));
}

/** A `oneof` of protobuf reads `oneOf: [{not: {anyOf: [{required: [a]}, ...]}}, {required: [a]}, ...]`, or is without the `not`. */
function addOneOf(schema: Schema, alternatives: readonly JsonObject[]): void {
  if (alternatives.length === 0) return;
  const none = alternatives.filter((it) => it['not'] !== undefined);
  const single = alternatives.filter((it) => it['not'] === undefined);
  const names = single.map((it) => (Object.keys(it).join() === 'required' ? texts(it['required']) : []));
  if (none.length > 1 || names.some((it) => it.length !== 1)) {
    schema.oneOf = alternatives.map(normalized);
    return;
  }
  schema.atMostOne = [names.flat()];
  if (none.length === 0) schema.oneNeeded = [names.flat()];
}

function ruleOf(from: JsonObject): CelRule {
  const rule: CelRule = { rule: String(from['rule'] ?? '') };
  for (const key of ['message', 'messageExpression', 'fieldPath'] as const)
    if (typeof from[key] === 'string' && from[key] !== '') rule[key] = from[key];
  if (from['optionalOldSelf'] === true) rule.optionalOldSelf = true;
  return rule;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
