import type { Message } from '../../model/envoy.ts';
import { anyMessage, type Field, fieldNamed, fieldsOf } from '../../model/envoy-api/index.ts';
import { isObject, ownValue } from '../../model/json.ts';
import { derive, deriveField } from '../../model/provenance.ts';

/** The value cannot be read as the message that its place asks for. */
export class ValueError extends Error {
  override name = 'ValueError';
}

/**
 * Reads a patch's value as istiod does (`xds.BuildXDSObjectFromStruct`, unknown fields allowed) and gives it the shape in
 * which Envoy prints it: snake_case names (camelCase is accepted), enums by name, 64-bit integers as text, defaults without
 * presence left out. Each leaf is marked with its place in the EnvoyFilter.
 *
 * @param message full name of the message
 * @throws ValueError where a value has the wrong type
 */
export function readValue(value: unknown, message: string): Message {
  if (!isObject(value)) throw new ValueError(`${message}: not an object`);
  return readMessage(value, message);
}

function readMessage(value: Record<string, unknown>, message: string): Message {
  const fields = fieldsOf(message);
  if (!fields) return value;
  const result: Message = derive({}, value);
  for (const [key, item] of Object.entries(value)) {
    const field = fieldNamed(fields, key);
    if (!field || item === null || item === undefined) continue;
    const read = readField(item, field);
    if (read === undefined) continue;
    result[field.name] = read;
    deriveField(result, field.name, [value, key]);
  }
  return result;
}

function readField(value: unknown, field: Field): unknown {
  if (field.shape === 'list') {
    if (!Array.isArray(value)) throw new ValueError(`${field.name}: not a list`);
    return value.length === 0
      ? undefined
      : derive(
          value.map((item) => readSingle(item, field)),
          value,
        );
  }
  if (field.shape === 'map') {
    if (!isObject(value)) throw new ValueError(`${field.name}: not a map`);
    const entries = Object.entries(value).map(([key, item]) => [key, readSingle(item, field)] as const);
    return entries.length === 0 ? undefined : derive(Object.fromEntries(entries), value);
  }
  const read = readSingle(value, field);
  return !field.presence && isDefault(read, field) ? undefined : read;
}

/** Whether a scalar is its type's default, which a field without presence does not keep. */
export function isDefault(value: unknown, field: Field): boolean {
  if (field.kind === 'e')
    return value === undefined || value === 0 || ownValue(field.values ?? {}, String(value)) === 0;
  return value === '' || value === 0 || value === '0' || value === false;
}

function readSingle(value: unknown, field: Field): unknown {
  switch (field.kind) {
    case 'm':
      if (!isObject(value)) throw new ValueError(`${field.name}: not an object`);
      return readMessage(value, field.message ?? '');
    case 'A':
      return readAny(value, field);
    case 'b':
      if (typeof value !== 'boolean') throw new ValueError(`${field.name}: not a boolean`);
      return value;
    case 'n':
    case 'f':
    case 'd':
      return readNumber(value, field);
    case 'l':
      return String(typeof value === 'string' ? value : readNumber(value, field));
    case 'e':
      return readEnum(value, field);
    case 's':
    case 'D':
    case 'T':
    case 'M':
      if (typeof value !== 'string') throw new ValueError(`${field.name}: not a text`);
      return value;
    case 'y':
      if (typeof value !== 'string') throw new ValueError(`${field.name}: not a text`);
      return Buffer.from(value, 'base64').toString('base64');
    default:
      return value;
  }
}

function readNumber(value: unknown, field: Field): unknown {
  if (typeof value === 'number' || (typeof value === 'string' && /^(NaN|-?Infinity)$/.test(value))) return value;
  if (typeof value === 'string' && /^-?\d/.test(value) && !Number.isNaN(Number(value))) return Number(value);
  throw new ValueError(`${field.name}: not a number`);
}

function readEnum(value: unknown, field: Field): unknown {
  // A name that is not known is ignored like an unknown field.
  if (typeof value === 'string') return Object.hasOwn(field.values ?? {}, value) ? value : undefined;
  const name = Object.entries(field.values ?? {}).find(([, number]) => number === value)?.[0];
  return name ?? value;
}

/** An Any's content is of the type that it names; one that the schema does not know stays as it is written. */
function readAny(value: unknown, field: Field): Message {
  if (!isObject(value)) throw new ValueError(`${field.name}: not an object`);
  const type = value['@type'];
  if (typeof type !== 'string') throw new ValueError(`${field.name}: no @type`);
  const content = readMessage(value, anyMessage(type) ?? '');
  return content === value
    ? value
    : deriveField(derive({ '@type': type, ...content }, value), '@type', [value, '@type']);
}
