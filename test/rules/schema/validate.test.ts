import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import { admit, type Dropped } from '../../../src/rules/schema/admit.ts';
import { normalized, readDefinition } from '../../../src/rules/schema/normalize.ts';
import { pack, unpacker } from '../../../src/rules/schema/pack.ts';
import { validate } from '../../../src/rules/schema/validate.ts';

function said(value: unknown, schema: JsonObject): string[] {
  const dropped: Dropped[] = [];
  const found = validate(admit(value, normalized(schema), dropped), normalized(schema));
  return [
    ...dropped.map(({ path }) => `${path.join('.')} is no field`),
    ...found.map(({ path, message }) => `${path.join('.')} ${message}`.trim()),
  ];
}
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});

describe('a value held against an OpenAPI schema', () => {
  it.each<[string, unknown, JsonObject, string[]]>([
    ['a type', { a: '1' }, object({ a: { type: 'integer' } }), ['a is "1", not a whole number']],
    ['a fraction', { a: 1.5 }, object({ a: { type: 'integer' } }), ['a is 1.5, not a whole number']],
    ['a list', { a: {} }, object({ a: { type: 'array', items: {} } }), ['a is a mapping, not a list']],
    ['an unknown field', { b: 1 }, object({ a: {} }), ['b is no field']],
    ['an inherited name', { constructor: 1 }, object({ a: {} }), ['constructor is no field']],
    ['any field', { b: 1 }, object({ a: {} }, { 'x-kubernetes-preserve-unknown-fields': true }), []],
    ['a map', { b: 1 }, { type: 'object', additionalProperties: { type: 'string' } }, ['b is 1, not text']],
    [
      'int or string',
      [1, 'a', true],
      { items: { 'x-kubernetes-int-or-string': true } },
      ['2 is true, not a whole number or text'],
    ],
    ['a null field, which is dropped', { a: null }, object({ a: { type: 'string' } }), []],
    ['a null item', [null], { items: { type: 'string' } }, ['0 is empty, not text']],
    ['a nullable item', [null], { items: { type: 'string', nullable: true } }, []],
    ['required', { a: null }, object({ a: {} }, { required: ['a'] }), ['has no a, which must be there']],
    ['values', 'C', { type: 'string', enum: ['A', 'B'] }, ['is "C"']],
    ['a pattern, found anywhere', 'xaby', { type: 'string', pattern: 'ab' }, []],
    ['a pattern that is not found', 'xy', { type: 'string', pattern: '^ab$' }, ['is "xy"']],
    ['a pattern that nobody reads', 'xy', { type: 'string', pattern: '(?=a)' }, []],
    [
      'bounds',
      [0, 70000],
      { items: { type: 'integer', minimum: 1, maximum: 65535 } },
      ['0 is 0, less than 1', '1 is 70000, more than 65535'],
    ],
    [
      'lengths',
      ['', 'abc'],
      { maxItems: 1, items: { minLength: 1, maxLength: 2 } },
      ['has 2 items', '0 has 0 characters', '1 has 3 characters'],
    ],
    [
      'a oneof of protobuf',
      { a: 1, b: 1 },
      object(
        { a: {}, b: {} },
        {
          oneOf: [
            { not: { anyOf: [{ required: ['a'] }, { required: ['b'] }] } },
            { required: ['a'] },
            { required: ['b'] },
          ],
        },
      ),
      ['has a and b'],
    ],
    [
      'exactly one',
      {},
      object({ a: {}, b: {} }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
      ['has none of a, b'],
    ],
  ])('%s', (_, value, schema, expected) => {
    expect(said(value, schema)).toEqual(expected);
  });

  const address = {
    oneOf: [
      {
        properties: { type: { enum: ['IPAddress'] }, value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } },
      },
      { properties: { type: { not: { enum: ['IPAddress'] } } } },
    ],
  };
  it.each<[string, unknown, JsonObject, string[]]>([
    ['of an address', { type: 'IPAddress', value: '01.2.3.4' }, address, []],
    ['of another address', { type: 'IPAddress', value: 'fe80::1' }, address, []],
    ['of a name', { type: 'Hostname', value: 'a.b' }, address, []],
    ['of no address', { type: 'IPAddress', value: 'a.b' }, address, ['has values that do not go together']],
    ['not', 1, { not: { enum: [1] } }, ['is 1']],
    ['all', 5, { allOf: [{ maximum: 3 }, { maximum: 4 }] }, ['is 5, more than 3', 'is 5, more than 4']],
    ['any', 5, { anyOf: [{ maximum: 3 }, { maximum: 4 }] }, ['is 5']],
    ['base64', ['YQ==', 'YQ='], { items: { type: 'string', format: 'byte' } }, ['1 is "YQ="']],
    ['32 bits', [2147483647, 2147483648], { items: { type: 'integer', format: 'int32' } }, ['1 is 2147483648']],
    ['a format that is left to others', 'x', { type: 'string', format: 'email' }, []],
    ['a set', ['a', 'b', 'a'], { 'x-kubernetes-list-type': 'set', items: {} }, ['2 is there twice']],
    [
      'a map of items',
      [{ name: 'a', b: 1 }, { name: 'b' }, { name: 'a' }],
      {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object', properties: { name: {}, b: {} } },
      },
      ['2 is there twice'],
    ],
  ])('%s', (_, value, schema, expected) => {
    expect(said(value, { ...schema, 'x-kubernetes-preserve-unknown-fields': true })).toEqual(expected);
  });
});

describe('a value as the API server looks at it', () => {
  const made = (value: unknown, schema: JsonObject): unknown => admit(value, normalized(schema), []);

  it.each<[string, unknown, JsonObject, unknown]>([
    ['has defaults', {}, object({ a: { type: 'integer', default: 5 } }), { a: 5 }],
    [
      'has defaults inside defaults',
      {},
      object({ a: object({ b: { default: 1 } }, { default: {} }) }),
      { a: { b: 1 } },
    ],
    ['has them in place of null', { a: null }, object({ a: { default: 5 } }), { a: 5 }],
    ['keeps a null that may be', { a: null }, object({ a: { nullable: true, default: 5 } }), { a: null }],
    ['has them in items and maps', [{}], { items: object({ a: { default: 1 } }) }, [{ a: 1 }]],
    ['has no unknown fields', { b: 1, a: 2 }, object({ a: {} }), { a: 2 }],
    ['has none where nothing may stand', { a: { b: 1 } }, object({ a: { type: 'object' } }), { a: {} }],
  ])('%s', (_, value, schema, expected) => {
    expect(made(value, schema)).toEqual(expected);
  });

  it('is the same value where nothing changes', () => {
    const value = { a: [{ b: 1 }] };
    expect(made(value, object({ a: { items: object({ b: {} }) } }))).toBe(value);
    const strange = JSON.parse('{"a":null,"__proto__":1}') as object;
    expect(Object.keys(made(strange, { additionalProperties: {} }) as object)).toEqual(['__proto__']);
  });
});

describe('definitions', () => {
  const definition = (served: boolean): JsonObject => ({
    kind: 'CustomResourceDefinition',
    spec: {
      group: 'g.io',
      names: { kind: 'K' },
      versions: [
        { name: 'v1', served: true, schema: { openAPIV3Schema: object({ spec: object({ a: { type: 'string' } }) }) } },
        { name: 'v1beta1', served, deprecated: true, schema: { openAPIV3Schema: object({}) } },
      ],
    },
  });

  it('give the versions that are served', () => {
    expect(Object.keys(readDefinition(definition(false))?.versions ?? {})).toEqual(['v1']);
    expect(readDefinition(definition(true))).toMatchObject({
      name: 'g.io/K',
      versions: { v1beta1: { deprecated: true } },
    });
    expect(readDefinition({ kind: 'Other' })).toBeUndefined();
  });

  it('are the same packed and unpacked, with equal parts once', () => {
    const known = readDefinition(definition(true));
    if (!known) throw new Error('no definition');
    const packed = pack({ a: new Map([['g.io/K', known]]), b: new Map([['g.io/K', known]]) });
    expect(packed.schemas).toHaveLength(4);
    const number = packed.releases['b']?.['g.io/K']?.['v1']?.schema ?? -1;
    expect(unpacker(packed)(number)).toEqual(known.versions['v1']?.schema);
  });
});
