import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareConfigs } from '../../src/compare/index.ts';
import type { Difference } from '../../src/compare/types.ts';
import type { Message, ProxyConfig } from '../../src/model/envoy.ts';
import { Unknown } from '../../src/model/unknown.ts';

const empty: ProxyConfig = { clusters: [], endpoints: [], listeners: [], routes: [] };
const cluster = (fields: Message): ProxyConfig => ({ ...empty, clusters: [{ name: 'c', ...fields }] });
const routes = (...list: Message[]): ProxyConfig => ({
  ...empty,
  routes: [{ name: '80', virtual_hosts: [{ name: 'v', domains: ['a', 'b'], routes: list as never }] }],
});
const route = (prefix: string, more: Message = {}) => ({ name: prefix, match: { prefix }, ...more });
const differences = (expected: ProxyConfig, live: ProxyConfig): Difference[] =>
  compareConfigs(expected, live).differences;

describe('values', () => {
  it.each<[string, Message, Message]>([
    ['durations by length', { connect_timeout: '0.250s' }, { connect_timeout: '0.25s' }],
    ['64-bit integers as text', { maglev_lb_config: { table_size: '5' } }, { maglev_lb_config: { table_size: 5 } }],
    ['enums by number', { type: 3 }, { type: 'EDS' }],
    ['an enum without presence and its zero', { lb_policy: 'ROUND_ROBIN' }, {}],
    ['a default without presence', { respect_dns_ttl: false, alt_stat_name: '' }, {}],
    ['an empty list', { health_checks: [] }, {}],
    ['an empty map', { typed_extension_protocol_options: {} }, {}],
  ])('takes as equal: %s', (_what, a, b) => {
    expect(differences(cluster(a), cluster(b))).toEqual([]);
    expect(differences(cluster(b), cluster(a))).toEqual([]);
  });

  it.each<[string, Message, Message]>([
    ['a wrapper of zero and none', { max_requests_per_connection: 0 }, {}],
    ['an empty message and none', { circuit_breakers: {} }, {}],
    ['a member of a oneof with its default and none', { type: 'STATIC' }, {}],
    ['a list and a shorter one', { health_checks: [{ timeout: '1s' }] }, {}],
    ['null and 0', { max_requests_per_connection: null }, { max_requests_per_connection: 0 }],
    ['a text and a number', { alt_stat_name: 'x' }, { alt_stat_name: 1 }],
    ['a field that no schema knows', { not_in_the_api: '' }, {}],
    ['an Any of another type', { a: { '@type': 'x/a', v: 1 } }, { a: { '@type': 'x/b', v: 1 } }],
  ])('takes as different: %s', (_what, a, b) => {
    expect(differences(cluster(a), cluster(b))).toHaveLength(1);
    expect(differences(cluster(b), cluster(a))).toHaveLength(1);
  });

  it('finds the types inside an Any', () => {
    const any = (fields: Message) =>
      cluster({
        typed_extension_protocol_options: {
          http: { '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions', ...fields },
        },
      });
    expect(
      differences(
        any({ common_http_protocol_options: { idle_timeout: '3600s' } }),
        any({ common_http_protocol_options: { idle_timeout: '3600.000s' } }),
      ),
    ).toEqual([]);
    expect(differences(any({ auto_config: {} }), any({}))).toHaveLength(1);
  });
});

describe('order', () => {
  it('reports swapped routes once, at the list, with their names', () => {
    const found = differences(routes(route('/a'), route('/b')), routes(route('/b'), route('/a')));
    expect(found).toMatchObject([{ kind: 'changed', expected: ['/a', '/b'], live: ['/b', '/a'] }]);
    expect(found[0]?.expectedPath).toEqual(['virtual_hosts', 0, 'routes']);
  });

  it('does not mind the order of domains, virtual hosts and endpoints', () => {
    const hosts = (...names: string[]): ProxyConfig => ({
      ...empty,
      routes: [{ name: '80', virtual_hosts: names.map((name) => ({ name, domains: ['x', name] })) }],
    });
    const swapped = hosts('b', 'a');
    for (const host of swapped.routes[0]?.virtual_hosts ?? []) host.domains.reverse();
    expect(differences(hosts('a', 'b'), swapped)).toEqual([]);
    const endpoints = (...ports: number[]): ProxyConfig => ({
      ...empty,
      endpoints: [
        {
          cluster_name: 'c',
          endpoints: [
            {
              lb_endpoints: ports.map((port_value) => ({ endpoint: { address: { socket_address: { port_value } } } })),
            },
          ],
        },
      ],
    });
    expect(differences(endpoints(1, 2, 3), endpoints(3, 1, 2))).toEqual([]);
    expect(differences(endpoints(1, 2, 3), endpoints(3, 1))).toMatchObject([{ kind: 'missing', leaves: 1 }]);
  });

  it('leads an added route to its own place and leaves the others alone', () => {
    const found = differences(routes(route('/a'), route('/c')), routes(route('/a'), route('/b'), route('/c')));
    expect(found).toMatchObject([{ kind: 'extra', livePath: ['virtual_hosts', 0, 'routes', 1] }]);
  });

  it('pairs a route whose match changed by its name', () => {
    const found = differences(
      routes(route('/a'), { name: 'r', match: { prefix: '/x' } }),
      routes(route('/a'), { name: 'r', match: { prefix: '/y' } }),
    );
    expect(found).toMatchObject([{ kind: 'changed', expected: '/x', live: '/y' }]);
  });
});

describe('Unknown', () => {
  it('never equals, never differs, and counts the leaves it stands for', () => {
    const unknown = cluster({ tls: new Unknown('a remote key set') });
    const result = compareConfigs(unknown, cluster({ tls: { a: 1, b: [2, 3] } }));
    expect(result.differences).toEqual([]);
    expect(result.notCompared).toEqual(new Map([['a remote key set', 3]]));
    expect(compareConfigs(unknown, cluster({})).notCompared).toEqual(new Map([['a remote key set', 1]]));
  });

  it('is no difference on the other side either, where both are compiled', () => {
    const result = compareConfigs(cluster({ a: 5, b: 1 }), cluster({ a: new Unknown('a cache'), b: 1 }));
    expect([result.differences, result.notCompared]).toEqual([[], new Map([['a cache', 1]])]);
  });

  it('does not hide its neighbours', () => {
    const result = compareConfigs(cluster({ a: new Unknown('?'), b: 1 }), cluster({ a: 5, b: 2 }));
    expect(result.differences).toMatchObject([{ livePath: ['b'] }]);
  });
});

describe('resources', () => {
  it('reports one that only one side has as a whole, with its leaves', () => {
    const config = cluster({ a: 1, b: { c: 2 } });
    expect(differences(config, empty)).toMatchObject([{ kind: 'missing', name: 'c', expectedPath: [], leaves: 3 }]);
    expect(differences(empty, config)).toMatchObject([{ kind: 'extra', name: 'c', livePath: [], leaves: 3 }]);
  });

  it('compares every one of several of one name', () => {
    const two = {
      ...empty,
      clusters: [
        { name: 'c', a: 1 },
        { name: 'c', a: 2 },
      ],
    };
    expect(differences(two, { ...empty, clusters: [{ name: 'c', a: 1 }] })).toHaveLength(1);
  });
});

describe('any messages', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant('1.5s'));
  const { message } = fc.letrec((tie) => ({
    message: fc.dictionary(
      fc.constantFrom('name', 'routes', 'domains', 'filters', 'headers', 'x', 'y', 'match'),
      tie('value'),
      { maxKeys: 4 },
    ),
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      tie('message'),
      fc.array(tie('message'), { maxLength: 3 }),
      fc.array(leaf, { maxLength: 3 }),
    ),
  }));
  const configs = message.map((body) => cluster({ body }));

  it('equal themselves', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const result = compareConfigs(config, structuredClone(config));
        expect(result.differences).toEqual([]);
        expect(result.compared.leaves).toBeGreaterThan(0);
      }),
    );
  });

  it('differ from each other both ways or not at all', () => {
    fc.assert(
      fc.property(configs, configs, (a, b) => {
        const there = differences(a, b);
        const back = differences(b, a);
        expect(there.length === 0).toBe(back.length === 0);
        expect(there.length).toBe(back.length);
      }),
    );
  });

  it('show each single change of a leaf', () => {
    fc.assert(
      fc.property(configs, fc.nat(), (config, seed) => {
        const changed = structuredClone(config);
        if (!changeLeaf(changed.clusters[0] as Message, seed)) return;
        expect(differences(config, changed).length).toBeGreaterThan(0);
        expect(differences(changed, config).length).toBeGreaterThan(0);
      }),
    );
  });
});

/** Replaces the leaf that `seed` chooses by a text that stands nowhere else. */
function changeLeaf(root: Message, seed: number): boolean {
  const places: [any, string | number][] = [];
  const visit = (value: any): void => {
    for (const [key, item] of Object.entries(value))
      if (typeof item === 'object' && item !== null) visit(item);
      else if (key !== 'name' || value !== root) places.push([value, key]);
  };
  visit(root);
  const place = places[seed % places.length];
  if (!place) return false;
  place[0][place[1]] = `changed ${seed}`;
  return true;
}
