import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { covers } from '../../src/rules/policy-cover.ts';

interface Request {
  /** `cluster.local/ns/shop/sa/a`; empty without mutual TLS. */
  principal: string;
  method: string;
  path: string;
}

/** Every request of a small mesh. */
const requests: Request[] = ['', 'shop/sa/a', 'shop/sa/b', 'edge/sa/a'].flatMap((who) =>
  ['GET', 'POST'].flatMap((method) =>
    ['/a', '/a/b', '/b', '/b/a'].map((path) => ({
      principal: who === '' ? '' : `cluster.local/ns/${who}`,
      method,
      path,
    })),
  ),
);

/** As Envoy reads what istiod makes of a value: `*` at one end. */
function meets(pattern: string, value: string): boolean {
  if (pattern === '*') return value !== '';
  if (pattern.startsWith('*')) return value.endsWith(pattern.slice(1));
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}

function field(key: string, { principal, method, path }: Request): string {
  if (key === 'namespaces') return /\/ns\/([^/]+)\//.exec(principal)?.[1] ?? '';
  return { principals: principal, methods: method, paths: path }[key] ?? '';
}

function holds(conditions: Record<string, string[]>, request: Request): boolean {
  return Object.entries(conditions).every(([name, values]) => {
    const key = name.startsWith('not') ? `${name.charAt(3).toLowerCase()}${name.slice(4)}` : name;
    return values.some((it) => meets(it, field(key, request))) !== name.startsWith('not');
  });
}

function takes(rule: JsonObject, request: Request): boolean {
  const any = (part: 'from' | 'to', name: string): boolean => {
    const list = (rule[part] ?? []) as unknown as Record<string, Record<string, string[]>>[];
    return list.length === 0 || list.some((it) => holds(it[name] ?? {}, request));
  };
  return any('from', 'source') && any('to', 'operation');
}

const values: Record<string, string[]> = {
  namespaces: ['shop', 'edge', 'sh*', '*'],
  principals: ['cluster.local/ns/shop/sa/a', 'cluster.local/ns/edge/sa/a', 'cluster.local/ns/shop/*', '*/sa/a', '*'],
  methods: ['GET', 'POST', 'P*', '*'],
  paths: ['/a', '/b', '/a*', '*/a', '/a/b', '*'],
};
const conditions = (...keys: string[]): fc.Arbitrary<object> =>
  fc
    .record(
      Object.fromEntries(
        keys.flatMap((key) =>
          [key, `not${key.charAt(0).toUpperCase()}${key.slice(1)}`].map((name) => [
            name,
            fc.uniqueArray(fc.constantFrom(...(values[key] ?? [])), { minLength: 1, maxLength: 2 }),
          ]),
        ),
      ),
      { requiredKeys: [] },
    )
    .filter((it) => Object.keys(it).length > 0 && Object.keys(it).length < 3);
const list = (name: string, of: fc.Arbitrary<object>): fc.Arbitrary<object[]> =>
  fc.array(
    of.map((it) => ({ [name]: it })),
    { minLength: 1, maxLength: 2 },
  );
const rule = fc.record(
  {
    from: list('source', conditions('namespaces', 'principals')),
    to: list('operation', conditions('methods', 'paths')),
  },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<JsonObject>;

it('is said only where every request of one rule is one of the other', () => {
  let proven = 0;
  fc.assert(
    fc.property(rule, rule, (wide, narrow) => {
      if (!covers(wide, narrow)) return;
      proven++;
      expect(requests.filter((it) => takes(narrow, it) && !takes(wide, it))).toEqual([]);
    }),
    { numRuns: 5_000, seed: 1 },
  );
  expect(proven).toBeGreaterThan(50);
});

const source = (it: object): JsonObject => ({ from: [{ source: it }] }) as JsonObject;
const operation = (it: object): JsonObject => ({ to: [{ operation: it }] }) as JsonObject;

it.each<[wide: JsonObject, narrow: JsonObject]>([
  [{}, operation({ paths: ['/a'] })],
  [source({ namespaces: ['shop'] }), source({ principals: ['cluster.local/ns/shop/sa/a'] })],
  [source({ namespaces: ['sh*'] }), source({ namespaces: ['shop'] })],
  [source({ notNamespaces: ['edge'] }), source({ principals: ['cluster.local/ns/shop/sa/a'] })],
  [source({ notNamespaces: ['edge'] }), source({ notNamespaces: ['edge', 'shop'] })],
  [source({ notPrincipals: ['cluster.local/ns/edge/sa/a'] }), source({ namespaces: ['shop'] })],
  [source({ ipBlocks: ['10.0.0.0/8'] }), source({ ipBlocks: ['10.0.0.0/8'] })],
  [operation({ paths: ['/a*'] }), operation({ paths: ['/a/b', '/a*'] })],
  [operation({ paths: ['*/a'] }), operation({ paths: ['/b/a'] })],
  [operation({ notPaths: ['/b*'] }), operation({ paths: ['/a'] })],
  [
    { when: [{ key: 'a', values: ['b'] }] },
    {
      when: [
        { key: 'c', values: ['d'] },
        { key: 'a', values: ['b'] },
      ],
    },
  ],
])('%j takes all of %j', (wide, narrow) => {
  expect(covers(wide, narrow)).toBe(true);
});

it.each<[wide: JsonObject, narrow: JsonObject]>([
  [operation({ paths: ['/a'] }), {}],
  [source({ namespaces: ['shop'] }), source({ namespaces: ['*'] })],
  [source({ namespaces: ['shop'] }), source({ principals: ['*/sa/a'] })],
  [source({ notNamespaces: ['shop'] }), source({ principals: ['cluster.local/ns/shop/sa/a'] })],
  [source({ notNamespaces: ['sh*'] }), source({ namespaces: ['shop'] })],
  [source({ notIpBlocks: ['10.0.0.0/8'] }), source({ ipBlocks: ['10.1.0.0/16'] })],
  [source({ ipBlocks: ['1*'] }), source({ ipBlocks: ['10.1.0.0/16'] })],
  [operation({ notHosts: ['b'] }), operation({ hosts: ['a'] })],
  [operation({ notPaths: ['/{*}'] }), operation({ paths: ['/a'] })],
  [operation({ notPaths: ['/a'] }), operation({ paths: ['/a*'] })],
  [operation({ paths: ['/{*}*'] }), operation({ paths: ['/{*}a'] })],
  [operation({ paths: ['/a*'] }), operation({ paths: ['*a'] })],
  [{ when: [{ key: 'a', values: ['b'] }] }, { when: [{ key: 'a', values: ['c'] }] }],
])('%j does not take all of %j', (wide, narrow) => {
  expect(covers(wide, narrow)).toBe(false);
});
