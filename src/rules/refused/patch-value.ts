import { durationNanos } from '../../model/duration.ts';
import { anyMessage, type Field, fieldNamed, fieldsOf } from '../../model/envoy-api/index.ts';
import { isObject } from '../../model/json.ts';
import { isUnknownType } from './patch-type.ts';
import type { Place } from './place.ts';

/**
 * Refuses a patch's value that istiod cannot read as the message of Envoy that it stands for
 * (`xds.BuildXDSObjectFromStruct`), and tells of fields that the message has not got.
 */
export function wantMessage(place: Place, message: string): void {
  if (!place.isSet) return;
  if (!isObject(place.value)) {
    place.refuse(`is ${JSON.stringify(place.value)}, not a mapping`, `write the fields of ${message}.`);
    return;
  }
  const fields = fieldsOf(message);
  if (!fields) return;
  for (const [name, value] of place.entries) {
    const field = fieldNamed(fields, name);
    if (field) wantField(value, field);
    else if (name !== '@type' && !/^\[.*\]$/.test(name))
      value.warn(`is no field of ${message}`, 'istiod drops it.', `fields here: ${[...fields.keys()].join(', ')}.`);
  }
}

function wantField(place: Place, field: Field): void {
  if (!place.isSet) return;
  if (field.shape === 'list') {
    if (Array.isArray(place.value)) for (const item of place.items) wantSingle(item, field);
    else place.refuse(`is ${shown(place)}, not a list`, 'write a list.');
  } else if (field.shape === 'map') {
    if (isObject(place.value)) for (const [, value] of place.entries) wantSingle(value, field);
    else place.refuse(`is ${shown(place)}, not a mapping`, 'write a mapping.');
  } else wantSingle(place, field);
}

function wantSingle(place: Place, field: Field): void {
  if (!place.isSet) return;
  if (field.kind === 'm') wantMessage(place, field.message ?? '');
  else if (field.kind === 'A') wantAny(place);
  else if (field.kind === 'e') wantName(place, field.values ?? {});
  else {
    const [isFit, wanted] = scalars[field.kind] ?? [];
    if (isFit && !isFit(place.value)) place.refuse(`is ${shown(place)}, not ${wanted}`, `write ${wanted}.`);
  }
}

function wantAny(place: Place): void {
  if (!isObject(place.value)) {
    place.refuse(`is ${shown(place)}, not a mapping`, 'write "@type" and the fields of that type.');
    return;
  }
  const type = place.at('@type');
  const message = anyMessage(type.value);
  if (message === undefined)
    place.refuse('has no @type', 'write "@type": type.googleapis.com/ and the name of the type.');
  else if (isUnknownType(message))
    type.refuse(
      `is ${type.text}, a type that istiod does not know`,
      message.includes('.v2.')
        ? 'write the type of the v3 API.'
        : 'correct the name; what only a proxy of your own knows is written as an udpa.type.v1.TypedStruct.',
    );
  else if (!message.startsWith('google.protobuf.')) wantMessage(place, message);
  else if (!place.has('value')) place.refuse(`has no value, which ${message} wants`, 'write value.');
}

function wantName(place: Place, values: Readonly<Record<string, number>>): void {
  const { value } = place;
  if (typeof value === 'string' ? Object.hasOwn(values, value) : Number.isInteger(value)) return;
  place.refuse(`is ${shown(place)}, which is no value of it`, `write one of ${Object.keys(values).join(', ')}.`);
}

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const instant = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[-+]\d\d:\d\d)$/;

/** Numbers may be quoted, as protobuf's JSON has them. */
function whole(least: number, most: number): (value: unknown) => boolean {
  return (value) => {
    const count = typeof value === 'string' && /^-?(?:0|[1-9]\d*)$/.test(value) ? Number(value) : value;
    return Number.isInteger(count) && Number(count) >= least && Number(count) <= most;
  };
}

function isNumber(value: unknown): boolean {
  return (
    typeof value === 'number' ||
    (typeof value === 'string' && (number.test(value) || /^(?:NaN|-?Infinity)$/.test(value)))
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

const scalars: Partial<Record<Field['kind'], [isFit: (value: unknown) => boolean, wanted: string]>> = {
  s: [isText, 'text'],
  b: [(value) => typeof value === 'boolean', 'true or false'],
  n: [whole(-(2 ** 31), 2 ** 32 - 1), 'a whole number'],
  l: [whole(-(2 ** 63), 2 ** 64), 'a whole number'],
  f: [isNumber, 'a number'],
  d: [isNumber, 'a number'],
  y: [(value) => isText(value) && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value), 'base64'],
  D: [(value) => isText(value) && durationNanos(value) !== undefined, 'a duration such as 1.5s'],
  T: [(value) => isText(value) && instant.test(value), 'a time such as 2024-01-31T00:00:00Z'],
  S: [isObject, 'a mapping'],
  L: [Array.isArray, 'a list'],
};

function shown({ value }: Place): string {
  return isObject(value) ? 'a mapping' : Array.isArray(value) ? 'a list' : JSON.stringify(value);
}
