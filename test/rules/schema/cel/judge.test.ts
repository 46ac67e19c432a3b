import { describe, expect, it } from 'vitest';
import { formatPath, type JsonObject } from '../../../../src/model/json.ts';
import { judge } from '../../../../src/rules/schema/cel/judge.ts';
import { normalized } from '../../../../src/rules/schema/normalize.ts';

const validation = (rule: string, more: JsonObject = {}): JsonObject => ({
  'x-kubernetes-validations': [{ rule, ...more }],
});
const told = (value: unknown, schema: JsonObject): string[] =>
  judge(value, normalized(schema)).map(
    ({ path, detail, unknown }) => `${unknown ? '? ' : ''}${formatPath(path)} ${detail}`,
  );
const text = { type: 'string' };
const integer = { type: 'integer' };

describe('a rule', () => {
  it('is told with its message, or with what its messageExpression gives, or as it is written', () => {
    const rule = 'self.a > 1';
    const of = (more: JsonObject) =>
      told({ a: 1 }, { type: 'object', properties: { a: integer }, ...validation(rule, more) });
    expect(of({ message: ' more than 1 ' })).toEqual([' more than 1']);
    expect(of({})).toEqual([' failed rule: self.a > 1']);
    expect(of({ message: 'm', messageExpression: "'not ' + string(self.a)" })).toEqual([' not 1']);
    expect(of({ message: 'm', messageExpression: 'self.b' })).toEqual([' m']);
    expect(of({ message: 'm', messageExpression: "'a\\nb'" })).toEqual([' m']);
  });

  it('points where its fieldPath does', () => {
    const fields = { a: { type: 'object', properties: { 'b.c': text } } };
    const of = (fieldPath: string) =>
      told({}, { type: 'object', properties: fields, ...validation('false', { fieldPath, message: 'm' }) });
    expect(of('.a')).toEqual(['a m']);
    expect(of(".a['b.c']")).toEqual(['a["b.c"] m']);
  });

  it('fails where a value is missing, and says so', () => {
    const schema = {
      type: 'object',
      properties: { a: text },
      ...validation("self.a != ''", { message: 'a must be set' }),
    };
    expect(told({}, schema)).toEqual([' a must be set (no such key: a)']);
    expect(told({ a: 'b' }, schema)).toEqual([]);
  });

  it('that speaks of the former state is passed by, unless it may be absent', () => {
    expect(told('a', { ...text, ...validation('self == oldSelf') })).toEqual([]);
    const optional = validation("oldSelf.orValue('b') == self", { optionalOldSelf: true, message: 'm' });
    expect(told('a', { ...text, ...optional })).toEqual([' m']);
    expect(told('b', { ...text, ...optional })).toEqual([]);
    expect(told('a', { ...text, ...validation("self == 'oldSelf'", { message: 'm' }) })).toEqual([' m']);
  });

  it('that nobody can judge here is no silent pass', () => {
    expect(told('a', { ...text, ...validation('quantity(self).isInteger()') })).toEqual([
      expect.stringMatching(/^\? {2}.*quantity/),
    ]);
    expect(told('a', { ...text, ...validation('self > 1') })).toEqual([
      expect.stringMatching(/^\? {2}no such overload/),
    ]);
    expect(told('a', { ...text, ...validation('self.(') })).toEqual([expect.stringMatching(/^\? /)]);
  });

  it('is judged in items, values and allOf, but not of null', () => {
    const inner = { ...text, nullable: true, ...validation("self != 'a'", { message: 'm' }) };
    expect(told(['a', null, 'b'], { type: 'array', items: inner })).toEqual(['[0] m']);
    expect(told({ 'x.y': 'a' }, { type: 'object', additionalProperties: inner })).toEqual(['["x.y"] m']);
    expect(told('a', { ...text, allOf: [validation("self != 'a'", { message: 'm' })] })).toEqual([' m']);
  });
});

describe('values', () => {
  const holds = (value: unknown, schema: JsonObject, rule: string): boolean | string =>
    told(value, { ...schema, ...validation(rule, { message: 'no' }) })[0] ?? true;
  const object = (properties: JsonObject): JsonObject => ({ type: 'object', properties });

  it.each<[string, unknown, JsonObject]>([
    [
      'self.__namespace__ == "a" && has(self.a__dash__b) && self.x__dot__y__underscores__z == 1',
      { namespace: 'a', 'a-b': 1, 'x.y__z': 1 },
      object({ namespace: text, 'a-b': integer, 'x.y__z': integer }),
    ],
    ['!has(self.a)', { a: null }, object({ a: { ...text, nullable: true } })],
    ['self.all(x, x == null)', [null], { type: 'array', items: { ...text, nullable: true } }],
    ['self / 2 == 2', 5, integer],
    ['self / 2.0 == 2.5', 5, { type: 'number' }],
    ["self in ['a', 'b']", 'a', { 'x-kubernetes-int-or-string': true }],
    [
      "'a' in self && self['a'] == 1 && self.all(k, k == 'a') && size(self) == 1",
      { a: 1 },
      { type: 'object', additionalProperties: integer },
    ],
    [
      'has(self[0].a.b) && !has(self[0].a.c)',
      [{ a: { b: 1 } }],
      { type: 'array', items: object({ a: object({ b: integer, c: integer }) }) },
    ],
    [
      'self.map(x, x.a).sum() == 3 && self.map(x, x.a).isSorted() && self.map(x, x.a).max() == 2 && self.map(x, x.a).min() == 1',
      [{ a: 1 }, { a: 2 }],
      { type: 'array', items: object({ a: integer }) },
    ],
    [
      "self.indexOf('b') == 1 && self.lastIndexOf('b') == 2 && self.indexOf('c') == -1",
      ['a', 'b', 'b'],
      { type: 'array', items: text },
    ],
    ["self.?a.orValue('x') == 'x'", {}, object({ a: text })],
    [
      "self.find('[0-9]+') == '12' && self.findAll('[0-9]') == ['1', '2', '3'] && self.findAll('[0-9]', 1) == ['1']",
      'a12b3',
      text,
    ],
    ["self.matches('(?i)^ABC$') && !self.matches('b$')", 'abc', text],
    [
      "size(self) == 2 && self.substring(1) == 'é' && self.charAt(0) == '😀' && self.indexOf('é') == 1 && self.lastIndexOf('é') == 1",
      '😀é',
      text,
    ],
    [
      "self.replace('a', 'b') == 'bb' && self.replace('a', 'b', 1) == 'ba' && self.upperAscii() == 'AA' && 'ÄB'.lowerAscii() == 'Äb'",
      'aa',
      text,
    ],
    [
      "isURL(self) && url(self).getScheme() == 'https' && url(self).getHost() == '[::1]:80' && url(self).getHostname() == '::1' && url(self).getPort() == '80' && url(self).getEscapedPath() == '/a'",
      'https://[::1]:80/a?b',
      text,
    ],
    [
      "isIP(self) && !isIP('::ffff:1.2.3.4') && !isIP('01.2.3.4') && isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0/33')",
      '1.2.3.4',
      text,
    ],
    [
      "format.dns1123Label().validate(self) == null && format.dns1123Label().validate('A') != null && format.qualifiedName().validate('a.b/C') == null",
      'a-b',
      text,
    ],
    [
      "duration(self) == duration('1h30m') && duration('-1s') < duration('0') && duration('1.5ms') > duration('1ms')",
      '90m',
      text,
    ],
    ["int(self) == 80 && int('-1') == -1 && int(2.5) == 2", '80', text],
    [
      'self.exists_one(x, x == 1) && self.filter(x, x > 1).size() == 2 && self.exists(x, x == 3)',
      [1, 2, 3],
      { type: 'array', items: integer },
    ],
  ])('%s', (rule, value, schema) => {
    expect(holds(value, schema, rule)).toBe(true);
  });

  it.each([
    ["duration(self) > duration('0s')", '5'],
    ['int(self) > 0', ''],
    ['int(self) > 0', '0x5'],
    ['int(self) > 0', '9223372036854775808'],
    ['url(self).getHost() == ""', 'a b'],
    ['self.substring(5) == ""', 'a'],
    ['self.charAt(5) == ""', 'a'],
    ['self.indexOf("a", 5) == 0', 'a'],
    ['self.lastIndexOf("a", 5) == 0', 'a'],
    ['self.matches("(")', 'a'],
    ['[].max() == 1', 'a'],
    ['1 / size(self) == 1', ''],
  ])('%s of "%s" fails as it does in the API server', (rule, value) => {
    expect(holds(value, text, rule)).toMatch(/^ no \(.+\)$/);
  });
});
