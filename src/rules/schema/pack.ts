import type { CelRule, KindSchemas, Schema } from './schema.ts';

/** A schema whose inner schemas and rules are numbers of lists, in which equal ones stand once. */
interface PackedSchema extends Omit<Schema, 'fields' | 'values' | 'items' | 'rules'> {
  fields?: Record<string, number>;
  values?: number;
  items?: number;
  rules?: number[];
}

/** Schemas of several releases: most are the same in all. */
export interface Packed {
  /** By release and `group/Kind`: versions, with the number of their schema. */
  releases: Record<string, Record<string, Record<string, { schema: number; deprecated?: true }>>>;
  schemas: PackedSchema[];
  rules: CelRule[];
}

export function pack(releases: Readonly<Record<string, ReadonlyMap<string, KindSchemas>>>): Packed {
  const packed: Packed = { releases: {}, schemas: [], rules: [] };
  const numbers = new Map<string, number>();
  const numberOf = <T>(list: T[], entry: T): number => {
    const text = `${list === packed.rules}${JSON.stringify(entry)}`;
    const number = numbers.get(text) ?? list.push(entry) - 1;
    numbers.set(text, number);
    return number;
  };
  const add = ({ fields, values, items, rules, ...rest }: Schema): number => {
    const entry: PackedSchema = { ...rest };
    if (fields)
      entry.fields = Object.fromEntries(
        Object.entries(fields)
          .map(([name, field]) => [name, add(field)] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    if (values) entry.values = add(values);
    if (items) entry.items = add(items);
    if (rules) entry.rules = rules.map((rule) => numberOf(packed.rules, rule));
    return numberOf(packed.schemas, entry);
  };
  for (const [release, kinds] of Object.entries(releases)) {
    const target: Packed['releases'][string] = {};
    for (const [name, { versions }] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)))
      target[name] = Object.fromEntries(
        Object.entries(versions).map(([version, { schema, ...more }]) => [version, { schema: add(schema), ...more }]),
      );
    packed.releases[release] = target;
  }
  return packed;
}

/** Reads packed schemas back; each is made when it is first asked for. */
export function unpacker({ schemas, rules: allRules }: Packed): (number: number) => Schema {
  const made = new Map<number, Schema>();
  const unpack = (number: number): Schema => {
    const known = made.get(number);
    if (known) return known;
    const { fields, values, items, rules, ...rest } = schemas[number] ?? {};
    const schema: Schema = { ...rest };
    made.set(number, schema);
    if (fields)
      schema.fields = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, unpack(field)]));
    if (values !== undefined) schema.values = unpack(values);
    if (items !== undefined) schema.items = unpack(items);
    if (rules) schema.rules = rules.flatMap((rule) => allRules[rule] ?? []);
    return schema;
  };
  return unpack;
}
