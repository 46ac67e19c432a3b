/**
 * Names and types of the fields of Envoy's v3 API (`schema.json`, generated from go-control-plane's descriptors by
 * scripts/envoy-api). What is not in it (an extension of a vendor) has no known fields.
 */
import schema from './schema.json' with { type: 'json' };

/**
 * `s` string, `y` bytes, `b` bool, `n` 32-bit integer, `l` 64-bit integer, `f` float, `d` double, `e` enum, `m` message,
 * and the well-known types: `D` Duration, `T` Timestamp, `A` Any, `S` Struct, `V` Value, `L` ListValue, `M` FieldMask.
 */
type Kind = 's' | 'y' | 'b' | 'n' | 'l' | 'f' | 'd' | 'e' | 'm' | 'D' | 'T' | 'A' | 'S' | 'V' | 'L' | 'M';

export interface Field {
  name: string;
  /** Of the value; of a list or map: of its elements. */
  kind: Kind;
  shape: 'single' | 'list' | 'map';
  /** A wrapper such as UInt32Value, printed as its bare value. */
  wrapper: boolean;
  /** Whether an absent value differs from the type's default: messages, wrappers, `optional` fields, members of a oneof. */
  presence: boolean;
  /** Number of the oneof inside the message: setting one member clears the others. */
  oneof?: number;
  /** Full name of the message, where kind is `m`. */
  message?: string;
  /** Numbers by name, where kind is `e`. */
  values?: Readonly<Record<string, number>>;
}

const texts = new Map(schema.messages as [string, string][]);
const names = (schema.messages as [string, string][]).map(([name]) => name);
const enums = schema.enums as unknown as Readonly<Record<string, number>>[];
const parsed = new Map<string, Map<string, Field>>();

/** Fields of a message by their snake_case name, or undefined for a message that is not known. */
export function fieldsOf(message: string): ReadonlyMap<string, Field> | undefined {
  const known = parsed.get(message);
  if (known) return known;
  const text = texts.get(message);
  if (text === undefined) return undefined;
  const fields = new Map(
    text === '' ? [] : text.split(';').map((item) => [item.slice(0, item.indexOf(':')), toField(item)] as const),
  );
  parsed.set(message, fields);
  return fields;
}

const byJsonName = new WeakMap<ReadonlyMap<string, Field>, Map<string, Field>>();

/** The field with either of its names: `proxy_100_continue`, or `proxy100Continue` as proto3 JSON has it. */
export function fieldNamed(fields: ReadonlyMap<string, Field>, name: string): Field | undefined {
  const field = fields.get(name);
  if (field) return field;
  let names = byJsonName.get(fields);
  if (!names) {
    names = new Map([...fields.values()].map((item) => [jsonName(item.name), item]));
    byJsonName.set(fields, names);
  }
  return names.get(name);
}

function jsonName(name: string): string {
  return name.replace(/_+(.?)/g, (_match, letter: string) => letter.toUpperCase());
}

/** The message's name in an Any's `@type`: what stands behind the last slash. */
export function anyMessage(type: unknown): string | undefined {
  return typeof type === 'string' ? type.slice(type.lastIndexOf('/') + 1) : undefined;
}

function toField(item: string): Field {
  const match = /^([^:]+):([*%]?)(W?)([a-zA-Z])(\d*)(\?|\|\d+)?$/.exec(item);
  if (!match) throw new Error(`schema.json: ${item}`);
  const [, name = '', shape, wrapper, kind = '', index, presence] = match;
  return {
    name,
    kind: kind as Kind,
    shape: shape === '*' ? 'list' : shape === '%' ? 'map' : 'single',
    wrapper: wrapper === 'W',
    presence: shape === '' && (wrapper === 'W' || presence !== undefined || !'sybnlfde'.includes(kind)),
    ...(presence?.startsWith('|') ? { oneof: Number(presence.slice(1)) } : {}),
    ...(kind === 'm' ? { message: names[Number(index)] ?? '' } : {}),
    ...(kind === 'e' ? { values: enums[Number(index)] ?? {} } : {}),
  };
}
