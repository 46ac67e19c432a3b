import { describe, expect, it } from 'vitest';
import type { RouteConfiguration } from '../../../src/model/envoy.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { filter, patches } from './small-mesh.ts';

describe('routes', () => {
  const configuration = (name = '8080'): RouteConfiguration => ({
    name,
    virtual_hosts: ['a', 'b'].map((host) => ({
      name: `${host}:8080`,
      domains: [host, `${host}.shop`],
      routes: [
        { name: 'one', match: { prefix: '/1' }, route: { cluster: 'c' } },
        { name: 'two', match: { prefix: '/2' }, redirect: { host_redirect: 'x' } },
      ],
    })),
  });
  const on = (
    applyTo: string,
    operation: string,
    value: JsonObject | undefined,
    routeConfiguration?: JsonObject,
  ): JsonObject => ({
    applyTo,
    match: { context: 'SIDECAR_OUTBOUND', ...(routeConfiguration ? { routeConfiguration } : {}) },
    patch: { operation, ...(value ? { value } : {}) },
  });
  const run = (list: JsonObject[], name?: string) =>
    patches([filter(list)]).routes([configuration(name)])[0] as RouteConfiguration;
  const routesOf = (result: RouteConfiguration) =>
    (result.virtual_hosts ?? []).map(({ routes }) => (routes ?? []).map(({ name }) => name));
  const inA = (route?: JsonObject): JsonObject => ({ vhost: { domainName: 'a', ...(route ? { route } : {}) } });
  const fresh = { name: 'new', match: { path: '/n' }, direct_response: { status: 200 } };

  it.each<[string, JsonObject | undefined, string[]]>([
    ['ADD', undefined, ['one', 'two', 'new']],
    ['INSERT_FIRST', undefined, ['new', 'one', 'two']],
    ['INSERT_FIRST', { name: 'two' }, ['new', 'one', 'two']],
    ['INSERT_FIRST', { name: 'none' }, ['one', 'two']],
    ['INSERT_BEFORE', { action: 'REDIRECT' }, ['one', 'new', 'two']],
    ['INSERT_AFTER', { name: 'one', action: 'ROUTE' }, ['one', 'new', 'two']],
    ['INSERT_AFTER', { name: 'one', action: 'REDIRECT' }, ['one', 'two']],
    ['REMOVE', { name: 'one' }, ['two']],
    ['REMOVE', undefined, []],
    ['REPLACE', { name: 'one' }, ['one', 'two']],
  ])('%s of a route at %j', (operation, route, expected) => {
    const result = run([on('HTTP_ROUTE', operation, operation === 'REMOVE' ? undefined : fresh, inA(route))]);
    expect(routesOf(result)).toEqual([expected, ['one', 'two']]);
  });

  it('add, replace and remove virtual hosts', () => {
    const names = (list: JsonObject[]) => run(list).virtual_hosts?.map(({ name }) => name);
    expect(names([on('VIRTUAL_HOST', 'ADD', { name: 'n', domains: ['n'] })])).toEqual(['a:8080', 'b:8080', 'n']);
    expect(names([on('VIRTUAL_HOST', 'REMOVE', undefined, { vhost: { name: 'a:8080' } })])).toEqual(['b:8080']);
    expect(
      names([on('VIRTUAL_HOST', 'REPLACE', { name: 'n', domains: ['n'] }, { vhost: { name: 'a:8080' } })]),
    ).toEqual(['n', 'b:8080']);
  });

  it.each<[JsonObject, string, boolean]>([
    [{ name: '8080' }, '8080', true],
    [{ portNumber: 8080 }, '8080', true],
    [{ portNumber: 8080 }, 'catalog.shop:8080', false],
    [{ portNumber: 9090 }, '8080', false],
  ])('match configurations by %j', (match, name, found) => {
    const merge = on('ROUTE_CONFIGURATION', 'MERGE', { mostSpecificHeaderMutationsWins: true }, match);
    expect('most_specific_header_mutations_wins' in run([merge], name)).toBe(found);
  });

  it('report patches that found nothing', () => {
    const own = patches([
      filter([on('HTTP_ROUTE', 'REMOVE', undefined, inA({ name: 'none' })), on('HTTP_ROUTE', 'ADD', fresh)]),
    ]);
    own.routes([configuration()]);
    expect(own.idle()).toMatchObject([{ index: 0, reason: 'nothing on the proxy matches it' }]);
  });
});
