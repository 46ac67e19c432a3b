import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldDifferences } from '../../../src/compare/object/difference.ts';
import { formatPath } from '../../../src/model/json.ts';

const options = { namespace: 'shop', liveOnlyFields: true };
const diff = (expected: unknown, live: unknown) =>
  fieldDifferences(expected, live, ['spec'], options).map(({ kind, path, expected: e, live: l, weak }) => ({
    kind,
    field: formatPath(path),
    expected: e,
    live: l,
    weak,
  }));

describe('differences of two objects', () => {
  it('names a changed field', () => {
    expect(diff({ timeout: '2s' }, { timeout: '30s' })).toEqual([
      { kind: 'changed', field: 'spec.timeout', expected: '2s', live: '30s', weak: false },
    ]);
  });

  it.each([
    ['the spelling of a duration', { timeout: '1.5s' }, { timeout: '1500ms' }],
    ['a short and a full host', { host: 'catalog' }, { host: 'catalog.shop.svc.cluster.local' }],
    ['the case of a protocol', { port: { protocol: 'http' } }, { port: { protocol: 'HTTP' } }],
    ['an explicit default', { route: [{ weight: 100 }] }, { route: [{}] }],
    ['the order of a set', { namespaces: ['a', 'b'] }, { namespaces: ['b', 'a'] }],
    ['a Gateway with and without its namespace', { gateways: ['public'] }, { gateways: ['shop/public'] }],
    ['the own namespace by its name', { hosts: ['shop/*', 'pay/*'] }, { hosts: ['pay/*', './*'] }],
    ['an export to the own namespace', { exportTo: ['.'] }, { exportTo: ['shop'] }],
    ['a block of one address', { ipBlocks: ['10.0.0.1', '::1'] }, { ipBlocks: ['10.0.0.1/32', '::1/128'] }],
    ['gateways that mean the mesh', { gateways: ['mesh'] }, {}],
  ])('calls %s weak', (_name, expected, live) => {
    expect(diff(expected, live).map(({ weak }) => weak)).toEqual([true]);
  });

  it.each([
    ['a Gateway of another namespace', { gateways: ['public'] }, { gateways: ['edge/public'] }],
    ['hosts of another namespace', { hosts: ['shop/*'] }, { hosts: ['pay/*'] }],
    ['a field with a name that every object has', { constructor: 'a' }, { constructor: 'b' }],
  ])('takes %s for another value', (_name, expected, live) => {
    expect(diff(expected, live).map(({ weak }) => weak)).toEqual([false]);
  });

  it('does not take a header value for a duration', () => {
    const header = (value: string) => ({ headers: { request: { set: { 'x-wait': value } } } });
    expect(diff(header('60s'), header('1m'))[0]).toMatchObject({
      field: 'spec.headers.request.set.x-wait',
      weak: false,
    });
  });

  it('takes fields that exclude each other for one that is switched', () => {
    const uri = (value: object) => ({ http: [{ match: [{ uri: value }] }] });
    expect(diff(uri({ prefix: '/a' }), uri({ exact: '/b' }))).toEqual([
      {
        kind: 'switched',
        field: 'spec.http[0].match[0].uri.prefix',
        expected: { prefix: '/a' },
        live: { exact: '/b' },
        weak: false,
      },
    ]);
    const balancer = { simple: 'RANDOM', warmup: { duration: '1s' } };
    expect(diff(balancer, { consistentHash: { useSourceIp: true }, warmup: { duration: '2s' } })).toMatchObject([
      { kind: 'switched', field: 'spec.simple' },
      { kind: 'changed', field: 'spec.warmup.duration' },
    ]);
    // Of one that only one side has there is nothing to switch with.
    expect(diff(uri({ prefix: '/a' }), uri({}))).toMatchObject([{ kind: 'changed', live: undefined }]);
  });

  it('pairs routes by name, so that a removed one is one difference', () => {
    const routes = [{ name: 'search', timeout: '1s' }, { name: 'rest' }];
    expect(diff({ http: routes }, { http: [routes[1]] })).toEqual([
      { kind: 'missing', field: 'spec.http[0]', expected: routes[0], live: undefined, weak: false },
    ]);
  });

  it('pairs destinations by host and subset, so that turned weights are two changes and not a new order', () => {
    const route = (v1: number, v2: number) => ({
      route: [
        { destination: { host: 'reviews', subset: 'v1' }, weight: v1 },
        { destination: { host: 'reviews', subset: 'v2' }, weight: v2 },
      ],
    });
    expect(diff(route(90, 10), route(10, 90)).map(({ field, live }) => [field, live])).toEqual([
      ['spec.route[0].weight', 10],
      ['spec.route[1].weight', 90],
    ]);
  });

  it('tells another order of the same routes as one difference of the list', () => {
    const beta = { name: 'beta' };
    const rest = { name: 'rest' };
    expect(diff({ http: [beta, rest] }, { http: [rest, beta] })).toEqual([
      { kind: 'reordered', field: 'spec.http', expected: ['beta', 'rest'], live: ['rest', 'beta'], weak: true },
    ]);
  });

  it('names the item of a list whose one value changed, and the list where values came or went', () => {
    expect(diff({ paths: ['/admin*'] }, { paths: ['/admin'] })[0]?.field).toBe('spec.paths[0]');
    expect(diff({ methods: ['POST'] }, { methods: ['POST', 'GET'] })[0]).toMatchObject({
      field: 'spec.methods',
      live: ['POST', 'GET'],
    });
  });

  it('leaves out what only the API server has where it fills in defaults', () => {
    const found = fieldDifferences({ a: 1 }, { a: 1, b: 2 }, ['spec'], { namespace: 'shop', liveOnlyFields: false });
    expect(found).toEqual([]);
  });

  it('finds nothing between equal values and something between unequal ones', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => diff(value, structuredClone(value)).length === 0));
    const leaf = fc.record({ a: fc.integer({ min: 1 }), b: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }) });
    fc.assert(
      fc.property(leaf, leaf, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        return diff(a, b).length > 0;
      }),
    );
  });
});
