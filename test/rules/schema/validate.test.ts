import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import { normalized, readDefinition } from '../../../src/rules/schema/normalize.ts';
import { pack, unpacker } from '../../../src/rules/schema/pack.ts';
import { validate } from '../../../src/rules/schema/validate.ts';

const said = (value: unknown, schema: JsonObject): string[] =>
  validate(value, normalized(schema)).map(({ path, message }) => `${path.join('.')} ${message}`.trim());
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

  const rule = (text: string): JsonObject => ({ 'x-kubernetes-validations': [{ rule: text, message: 'no' }] });

  it.each<[string, unknown[], string[]]>([
    ["duration(self) >= duration('1ms')", ['5', '1us', '1h2m1.5s', '5s'], ['0 is "5", not a duration', '1 is 1us']],
    ['0 < self && self <= 65535', [0, 1, 65535, 65536], ['0 is 0, less than 1', '3 is 65536, more than 65535']],
    ['!self.contains("*")', ['a*', 'a'], ['0 is "a*"']],
    ['self != "*"', ['*', 'a*'], ['0 is "*"']],
    ['self in ["", "HTTP",  "HTTPS"]', ['', 'HTTP', 'http'], ['2 is "http"']],
    ['(has(self.a) ? 1 : 0)\n + (has(self.b) ? 1 : 0) <= 1', [{ a: 1 }, { a: 1, b: 1 }], ['1 has a and b']],
    ['has(self.a) || has(self.b)', [{ a: 1 }, { c: 1 }], ['1 has none of a, b']],
    ['self.all(x, x.size() > 2 && oldSelf == self)', ['a'], []],
  ])('knows the rule %s', (text, values, expected) => {
    expect(said(values, { items: rule(text) })).toEqual(expected);
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
