import { isObject, type JsonObject, objects } from '../../model/json.ts';
import { addConditions } from './conditions.ts';
import type { KindSchemas, Schema } from './schema.ts';

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
  const required = texts(from['required']);
  if (required.length > 0) schema.required = required;
  if (Array.isArray(from['enum'])) schema.enum = from['enum'] as NonNullable<Schema['enum']>;
  if (typeof from['pattern'] === 'string') schema.pattern = from['pattern'];
  addBounds(schema, from);
  for (const part of [from, ...objects(from['allOf'])]) addAlternatives(schema, part);
  addConditions(schema, objects(from['x-kubernetes-validations']));
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

/** A `oneof` of protobuf: `oneOf: [{not: {anyOf: [{required: [a]}, ...]}}, {required: [a]}, ...]`, or without the `not`. */
function addAlternatives(schema: Schema, from: JsonObject): void {
  const alternatives = objects(from['oneOf']);
  const names = alternatives.filter((it) => it['not'] === undefined).map((it) => texts(it['required']));
  if (names.length === 0 || names.some((it) => it.length !== 1)) return;
  const group = names.flat();
  schema.atMostOne = [...(schema.atMostOne ?? []), group];
  if (names.length === alternatives.length) schema.oneNeeded = [...(schema.oneNeeded ?? []), group];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
