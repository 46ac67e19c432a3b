import { describe, expect, it } from 'vitest';
import type { Place } from '../../../src/source/yaml/compose.ts';
import { parseYaml } from '../../../src/source/yaml/parse.ts';

function values(text: string): unknown[] {
  const { documents, errors } = parseYaml(text);
  expect(errors).toEqual([]);
  return documents.map((document) => document.value);
}

/** The text that starts at the place of a path. */
function at(text: string, path: (string | number)[], document = 0): string {
  let place: Place | undefined = parseYaml(text).documents[document]?.place();
  for (const step of path) place = place?.inner?.get(step);
  return text.slice(place?.at, (place?.at ?? 0) + 6);
}

describe('values', () => {
  it('merges as Go does: a merge overrides what stands above it, the first of several wins', () => {
    expect(
      values(`
a: &x {p: 1, q: 2}
b: {<<: *x, p: 3}
c: {<<: [*x, {r: 1, p: 9}]}
d: {p: 5, <<: *x}
`),
    ).toEqual([{ a: { p: 1, q: 2 }, b: { p: 3, q: 2 }, c: { p: 1, q: 2, r: 1 }, d: { p: 1, q: 2 } }]);
  });

  it('gives each alias a copy of its own', () => {
    const [value] = values('a: &x [{b: 1}]\nc: *x\n') as { a: object[]; c: object[] }[];
    expect(value?.c).toEqual(value?.a);
    expect(value?.c[0]).not.toBe(value?.a[0]);
  });

  it('turns keys to text as Go does', () => {
    expect(values('80: a\n0x10: b\n010: c\non: d\n1e3: e\n1.5: f\n')).toEqual([
      { '80': 'a', '16': 'b', '8': 'c', true: 'd', '1000': 'e', '1.5': 'f' },
    ]);
  });

  it('reads addresses that end in a colon as Go does', () => {
    expect(values('a: [fe80::, "x", 001:db8::]\nb: [c: , {d: e}]\n')).toEqual([
      { a: ['fe80::', 'x', '001:db8::'], b: [{ c: null }, { d: 'e' }] },
    ]);
  });

  it('quotes keep text, and a quoted << is a key', () => {
    expect(values(`{a: "yes", b: '010', "<<": {c: 1}}`)).toEqual([{ a: 'yes', b: '010', '<<': { c: 1 } }]);
  });

  it('reads JSON with tabs, CRLF, a byte order mark apart, and many documents', () => {
    expect(values('{"a":\r\n\t[1,\t2]}\r\n---\r\nb: |\r\n  x\r\n')).toEqual([{ a: [1, 2] }, { b: 'x\n' }]);
  });

  it('reads JSON objects that follow one another', () => {
    const text = '{"a": 1}\n{"b": {"c": 2}}{"d": 3}\n';
    expect(values(text)).toEqual([{ a: 1 }, { b: { c: 2 } }, { d: 3 }]);
    expect(at(text, ['b', 'c'], 1)).toBe('"c": 2');
  });

  it('reads thousands of JSON objects, and those beside a broken one', () => {
    const line = (index: number): string => `{"a": {"b": "}{", "c": '{', "d": ${index}}}\n`;
    const many = Array.from({ length: 12_000 }, (_, index) => line(index)).join('');
    expect(parseYaml(many).documents).toHaveLength(12_000);
    const { documents, errors } = parseYaml(`${line(1)}{"a": [}\n${line(2)}`);
    expect(documents.map(({ value }) => value)).toEqual([1, 2].map((d) => ({ a: { b: '}{', c: '{', d } })));
    expect(errors).toEqual([{ message: expect.any(String), offset: line(1).length + 7 }]);
  });

  it('keeps __proto__ a key like any other', () => {
    const [value] = values('__proto__: {polluted: true}\n') as Record<string, unknown>[];
    expect(Object.keys(value ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('names keys that stand twice; the last counts', () => {
    const text = 'a: 1\nb: 2\na: 3\n';
    const [document] = parseYaml(text).documents;
    expect(document?.value).toEqual({ a: 3, b: 2 });
    expect(document?.duplicates).toEqual([{ key: 'a', first: 0, second: 10 }]);
  });
});

describe('places', () => {
  const text = `# first
a: &x
  - {p: 1, q: 2}
  - |
    text
  - "s"
b:
  <<: {m: 1}
  k: *x
---
c: [{d: 1}]
`;

  it.each<[(string | number)[], number, string]>([
    [['a'], 0, 'a: &x\n'],
    [['a', 0], 0, '{p: 1,'],
    [['a', 0, 'q'], 0, 'q: 2}\n'],
    [['a', 1], 0, '|\n    '],
    [['a', 2], 0, '"s"\nb:'],
    [['b', 'm'], 0, 'm: 1}\n'],
    [['b', 'k'], 0, 'k: *x\n'],
    [['b', 'k', 0, 'p'], 0, 'p: 1, '],
    [['c', 0, 'd'], 1, 'd: 1}]'],
  ])('%j', (path, document, start) => {
    expect(at(text, path, document)).toBe(start);
  });
});

describe('faults', () => {
  it('reads the other documents of a stream with a broken one, places included', () => {
    const text = 'a: 1\n---\nb: [\n---\nc:\n  d: 3\n';
    const { documents, errors } = parseYaml(text);
    expect(documents.map((it) => it.value)).toEqual([{ a: 1 }, { c: { d: 3 } }]);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.offset).toBeGreaterThanOrEqual(text.indexOf('b: ['));
    expect(errors[0]?.offset).toBeLessThanOrEqual(text.indexOf('c:'));
    expect(documents[1]?.place().inner?.get('c')?.inner?.get('d')?.at).toBe(text.indexOf('d: 3'));
  });

  it.each([
    ['a: *nope\n', 'unknown anchor *nope'],
    ['a: &x [*x]\n', 'contains itself'],
    ['? [1, 2]\n: 3\n', 'a key must be a word'],
    ['a: .inf\n', 'cannot be written as JSON'],
    ['a: b: c\n', ''],
  ])('%j', (text, message) => {
    const { documents, errors } = parseYaml(text);
    expect(documents).toEqual([]);
    expect(errors[0]?.message).toContain(message);
  });

  it('stops aliases that grow without end', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`,
    );
    const { errors } = parseYaml(`a0: &a0 x\n${levels.join('\n')}\n`);
    expect(errors[0]?.message).toContain('too many values');
  });
});
