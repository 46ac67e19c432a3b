import { describe, expect, it } from 'vitest';
import { EnvoyFilterPatches } from '../../../src/compile/envoyfilter/index.ts';
import type { Cluster, Listener, Message, RouteConfiguration } from '../../../src/model/envoy.ts';
import { formatPath, type JsonObject } from '../../../src/model/json.ts';
import { originsAt } from '../../../src/model/provenance.ts';
import type { Proxy } from '../../../src/model/proxy.ts';
import type { Registry } from '../../../src/registry/types.ts';
import { toResource } from '../../../src/source/object.ts';

const hcmType = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const lua = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua';
const hcm = 'envoy.filters.network.http_connection_manager';

interface Options {
  metadata?: JsonObject;
  spec?: JsonObject;
}

function filter(patches: JsonObject[], { metadata = {}, spec = {} }: Options = {}) {
  return toResource(
    {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      metadata: { name: 'f', namespace: 'shop', ...metadata },
      spec: { configPatches: patches, ...spec },
    },
    'api',
  );
}

function patches(filters: ReturnType<typeof filter>[], proxy: Partial<Proxy> = {}) {
  const registry = {
    mesh: { rootNamespace: 'istio-system' },
    istioVersion: '1.29',
    environment: {
      raw: {},
      flag: (_name: string, fallback: boolean) => fallback,
      text: (_: string, fallback: string) => fallback,
    },
    resources: () => filters,
    serviceTargets: () => [{ service: { hostname: 'cart.shop.svc.cluster.local' }, targetPort: 8080, port: {} }],
  } as unknown as Registry;
  const own = {
    id: 'shop/cart',
    namespace: 'shop',
    type: 'sidecar',
    labels: { app: 'cart' },
    istioVersion: '1.29.0',
    metadata: { TIER: 'gold' },
    ...proxy,
  } as unknown as Proxy;
  return new EnvoyFilterPatches(own, registry);
}

const cluster = (name: string, fields: Message = {}): Cluster => ({ name, connect_timeout: '10s', ...fields });
const clusterPatch = (operation: string, value: JsonObject | undefined, match: JsonObject = {}): JsonObject => ({
  applyTo: 'CLUSTER',
  match: { context: 'SIDECAR_OUTBOUND', ...match },
  patch: { operation, ...(value ? { value } : {}) },
});
const catalog = 'outbound|8080|v2|catalog.shop.svc.cluster.local';

describe('which EnvoyFilters hold', () => {
  const merge = clusterPatch('MERGE', { connectTimeout: '1s' });
  const timeout = (...filters: ReturnType<typeof filter>[]) =>
    patches(filters).clusters([cluster(catalog)])[0]?.['connect_timeout'];

  it.each<[string, Options, string]>([
    ['in the namespace', {}, '1s'],
    ['in another namespace', { metadata: { namespace: 'other' } }, '10s'],
    ['in the root namespace', { metadata: { namespace: 'istio-system' } }, '1s'],
    ['for its labels', { spec: { workloadSelector: { labels: { app: 'cart' } } } }, '1s'],
    ['for other labels', { spec: { workloadSelector: { labels: { app: 'db' } } } }, '10s'],
    [
      'for a Gateway',
      { spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'g' }] } },
      '10s',
    ],
  ])('%s', (_what, options, expected) => {
    expect(timeout(filter([merge], options))).toBe(expected);
  });

  it.each<[JsonObject, string]>([
    [{ proxyVersion: '^1\\.2[0-9].*' }, '1s'],
    [{ proxyVersion: '29' }, '1s'],
    [{ proxyVersion: '^1\\.30' }, '10s'],
    [{ metadata: { TIER: 'gold' } }, '1s'],
    [{ metadata: { TIER: 'silver' } }, '10s'],
  ])('for a proxy of %j', (proxy, expected) => {
    expect(timeout(filter([clusterPatch('MERGE', { connect_timeout: '1s' }, { proxy })]))).toBe(expected);
  });

  it('in order: priority, then root namespace, then as they come', () => {
    const at = (seconds: number, options: Options) =>
      filter([clusterPatch('MERGE', { connect_timeout: `${seconds}s` })], options);
    const root = { namespace: 'istio-system' };
    expect(timeout(at(1, { spec: { priority: 1 } }), at(2, {}))).toBe('1s');
    expect(timeout(at(1, {}), at(2, { metadata: root }))).toBe('1s');
    expect(timeout(at(1, {}), at(2, {}))).toBe('2s');
    expect(timeout(at(1, { metadata: root, spec: { priority: 1 } }), at(2, {}))).toBe('1s');
  });
});

describe('clusters', () => {
  const names = (filters: JsonObject[], list: string[]) =>
    patches([filter(filters)])
      .clusters(list.map((name) => cluster(name)))
      .map(({ name }) => name);

  it.each<[JsonObject, boolean]>([
    [{}, true],
    [{ name: catalog }, true],
    [{ service: 'catalog.shop.svc.cluster.local' }, true],
    [{ service: 'catalog' }, false],
    [{ portNumber: 8080, subset: 'v2' }, true],
    [{ portNumber: 80 }, false],
    [{ subset: 'v1' }, false],
  ])('match %j: %s', (match, found) => {
    expect(names([clusterPatch('REMOVE', undefined, { cluster: match })], [catalog])).toEqual(found ? [] : [catalog]);
  });

  it('of the inbound side match by the hosts of their services', () => {
    const remove = clusterPatch('REMOVE', undefined, {
      context: 'SIDECAR_INBOUND',
      cluster: { service: 'cart.shop.svc.cluster.local' },
    });
    expect(names([remove], ['inbound|8080||', 'inbound|9090||', catalog])).toEqual(['inbound|9090||', catalog]);
  });

  it('are added once, and never twice under one name', () => {
    const add = clusterPatch('ADD', { name: 'extra', type: 'STATIC' }, { context: 'ANY' });
    expect(names([add, add], [catalog])).toEqual([catalog, 'extra']);
    expect(names([clusterPatch('INSERT_FIRST', { name: 'extra' })], [])).toEqual(['extra']);
  });

  it('merge as proto messages do', () => {
    const merge = clusterPatch('MERGE', {
      perConnectionBufferLimitBytes: 0,
      max_requests_per_connection: 0,
      circuit_breakers: { thresholds: [{ maxConnections: 7 }] },
      metadata: { filter_metadata: { a: { x: 1 } } },
      cluster_type: { name: 'custom' },
      lb_policy: 2,
      noSuchField: 1,
      alt_stat_name: '',
      upstreamHttpProtocolOptions: { autoSni: true },
    });
    const [merged] = patches([filter([merge])]).clusters([
      cluster(catalog, {
        type: 'EDS',
        alt_stat_name: 'kept',
        per_connection_buffer_limit_bytes: 5,
        circuit_breakers: { thresholds: [{ max_retries: 1 }] },
        metadata: { filter_metadata: { a: { y: 2 }, b: { z: 3 } } },
      }),
    ]);
    expect(merged).toEqual({
      name: catalog,
      connect_timeout: '10s',
      alt_stat_name: 'kept',
      per_connection_buffer_limit_bytes: 5,
      max_requests_per_connection: 0,
      circuit_breakers: { thresholds: [{ max_retries: 1 }, { max_connections: 7 }] },
      metadata: { filter_metadata: { a: { x: 1 }, b: { z: 3 } } },
      cluster_type: { name: 'custom' },
      lb_policy: 'RING_HASH',
      upstream_http_protocol_options: { auto_sni: true },
    });
  });

  it('replace lists where the operation says so', () => {
    const merge = clusterPatch('MERGE_AND_REPLACE_LIST', {
      circuit_breakers: { thresholds: [{ max_connections: 7 }] },
    });
    const [merged] = patches([filter([merge])]).clusters([
      cluster(catalog, { circuit_breakers: { thresholds: [{ max_retries: 1 }] } }),
    ]);
    expect(merged?.['circuit_breakers']).toEqual({ thresholds: [{ max_connections: 7 }] });
  });

  const tls = (fields: JsonObject) => ({
    name: 'tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      ...fields,
    },
  });

  it('merge a transport socket into the one of its name, and nothing else of the patch', () => {
    const merge = clusterPatch('MERGE', { connect_timeout: '1s', transport_socket: tls({ max_session_keys: 3 }) });
    const [merged] = patches([filter([merge])]).clusters([
      cluster(catalog, { transport_socket_matches: [{ name: 'm', transport_socket: tls({ sni: 's' }) }] }),
    ]);
    expect(merged).toMatchObject({
      connect_timeout: '10s',
      transport_socket_matches: [{ transport_socket: tls({ sni: 's', max_session_keys: 3 }) }],
    });
  });

  it('say where each patched value was written', () => {
    const [merged] = patches([
      filter([
        clusterPatch('REMOVE', undefined, { cluster: { name: 'x' } }),
        clusterPatch('MERGE', { circuitBreakers: { thresholds: [{ maxRetries: 3 }] } }),
      ]),
    ]).clusters([cluster(catalog)]);
    const [origin] = originsAt(merged, ['circuit_breakers', 'thresholds', 0, 'max_retries']);
    expect(formatPath(origin?.path ?? [])).toBe(
      'spec.configPatches[1].patch.value.circuitBreakers.thresholds[0].maxRetries',
    );
    expect(originsAt(merged, ['connect_timeout'])).toEqual([]);
  });

  it('are left alone where the value is of a wrong type, and the patch is reported', () => {
    const own = patches([filter([clusterPatch('MERGE', { connect_timeout: 5 })])]);
    expect(own.clusters([cluster(catalog)])).toEqual([cluster(catalog)]);
    expect(own.idle()).toMatchObject([{ index: 0, reason: 'connect_timeout: not a text' }]);
  });
});

describe('listeners', () => {
  const httpFilters = (...names: string[]) =>
    names.map((name) => ({ name, typed_config: { '@type': lua, stat_prefix: name } }));
  const inbound = (): Listener => ({
    name: 'virtualInbound',
    traffic_direction: 'INBOUND',
    address: { socket_address: { address: '0.0.0.0', port_value: 15006 } },
    listener_filters: [{ name: 'a', typed_config: { '@type': 'x/unknown' } }, { name: 'b' }],
    filter_chains: [8080, 9090].map((port) => ({
      name: `0.0.0.0_${port}`,
      filter_chain_match: { destination_port: port, transport_protocol: 'tls', application_protocols: ['istio', 'h2'] },
      filters: [
        {
          name: hcm,
          typed_config: {
            '@type': hcmType,
            http_filters: httpFilters('one', 'two'),
            route_config: {
              name: `inbound|${port}||`,
              virtual_hosts: [
                {
                  name: 'v',
                  domains: ['*'],
                  routes: [{ name: 'default', match: { prefix: '/' }, route: { cluster: 'c', timeout: '0s' } }],
                },
              ],
            },
          },
        },
      ],
    })),
  });
  const run = (list: JsonObject[], listeners = [inbound()]) => patches([filter(list)]).listeners(listeners);
  const on = (
    applyTo: string,
    operation: string,
    value: JsonObject | undefined,
    listener?: JsonObject,
  ): JsonObject => ({
    applyTo,
    match: { context: 'SIDECAR_INBOUND', ...(listener ? { listener } : {}) },
    patch: { operation, ...(value ? { value } : {}) },
  });
  const inHcm = (subFilter?: string, more: JsonObject = {}): JsonObject => ({
    ...more,
    filterChain: {
      ...(more['filterChain'] as JsonObject | undefined),
      filter: { name: hcm, ...(subFilter ? { subFilter: { name: subFilter } } : {}) },
    },
  });
  const namesIn = (listener: Listener | undefined, chain = 0) =>
    listener?.filter_chains?.[chain]?.filters?.[0]?.['typed_config'].http_filters.map(({ name }: Message) => name);
  const added = { name: 'new', typedConfig: { '@type': lua, statPrefix: 'new' } };

  it.each<[string, string | undefined, string[]]>([
    ['ADD', undefined, ['one', 'two', 'new']],
    ['INSERT_FIRST', 'two', ['new', 'one', 'two']],
    ['INSERT_BEFORE', 'two', ['one', 'new', 'two']],
    ['INSERT_BEFORE', undefined, ['new', 'one', 'two']],
    ['INSERT_BEFORE', 'none', ['one', 'two']],
    ['INSERT_AFTER', 'one', ['one', 'new', 'two']],
    ['INSERT_AFTER', undefined, ['one', 'two', 'new']],
    ['REPLACE', 'one', ['new', 'two']],
    ['REPLACE', undefined, ['one', 'two']],
    ['REMOVE', 'one', ['two']],
    ['REMOVE', undefined, ['one', 'two']],
    ['MERGE', 'one', ['new', 'two']],
  ])('%s of an HTTP filter at %s', (operation, subFilter, expected) => {
    expect(
      namesIn(run([on('HTTP_FILTER', operation, operation === 'REMOVE' ? undefined : added, inHcm(subFilter))])[0]),
    ).toEqual(expected);
  });

  it.each<[JsonObject, boolean, boolean]>([
    [{ portNumber: 8080 }, true, false],
    [{ name: 'virtualOutbound' }, false, false],
    [{ filterChain: { destinationPort: 9090 } }, false, true],
    [{ filterChain: { name: '0.0.0.0_8080' } }, true, false],
    [{ filterChain: { transportProtocol: 'raw_buffer' } }, false, false],
    [{ filterChain: { applicationProtocols: 'h2,istio' } }, true, true],
    [{ filterChain: { applicationProtocols: 'h2,http/1.1' } }, false, false],
    [{ filterChain: { sni: 'x' } }, false, false],
  ])('match chains by %j', (match, first, second) => {
    const [listener] = run([on('HTTP_FILTER', 'ADD', added, inHcm(undefined, match))]);
    expect([0, 1].map((chain) => namesIn(listener, chain).includes('new'))).toEqual([first, second]);
  });

  it('merge filters of one type, and stop at a filter of another as istiod does', () => {
    const value = (type: string, fields: JsonObject) => ({ typed_config: { '@type': type, ...fields } });
    const merge = on('NETWORK_FILTER', 'MERGE', value(hcmType, { server_name: 's', httpFilters: [added] }), inHcm());
    expect(namesIn(run([merge])[0])).toEqual(['one', 'two', 'new']);
    const wrong = on('NETWORK_FILTER', 'MERGE', value(lua, {}), inHcm());
    const [listener] = run([on('FILTER_CHAIN', 'MERGE', { name: 'renamed' }), wrong, on('HTTP_FILTER', 'ADD', added)]);
    expect(listener?.filter_chains?.map(({ name }) => name)).toEqual(['renamed', '0.0.0.0_9090']);
    expect(namesIn(listener)).toEqual(['one', 'two']);
  });

  it('keep a connection manager as it was where a merge into one of its filters does not fit', () => {
    const wrong = on('HTTP_FILTER', 'MERGE', { typed_config: { '@type': hcmType } }, inHcm('two'));
    expect(namesIn(run([on('HTTP_FILTER', 'ADD', added), wrong])[0])).toEqual(['one', 'two']);
  });

  it('lose filter chains, listener filters and themselves', () => {
    const chains = run([on('FILTER_CHAIN', 'REMOVE', undefined, { filterChain: { destinationPort: 8080 } })])[0]
      ?.filter_chains;
    expect(chains?.map(({ name }) => name)).toEqual(['0.0.0.0_9090']);
    expect(run([on('LISTENER_FILTER', 'REMOVE', undefined, { listenerFilter: 'a' })])[0]?.['listener_filters']).toEqual(
      [{ name: 'b' }],
    );
    expect(run([on('LISTENER', 'REMOVE', undefined, { portNumber: 15006 })])).toEqual([]);
    expect(run([on('LISTENER', 'REMOVE', undefined, { portNumber: 8080 })])).toHaveLength(1);
  });

  it('patch the route tables inside them before anything else', () => {
    const route: JsonObject = {
      applyTo: 'HTTP_ROUTE',
      match: {
        context: 'SIDECAR_INBOUND',
        routeConfiguration: { portNumber: 8080, vhost: { name: 'v', route: { action: 'ROUTE' } } },
      },
      patch: {
        operation: 'MERGE',
        value: { route: { timeout: '5s', weightedClusters: { clusters: [{ name: 'w' }] } } },
      },
    };
    const [listener] = run([route]);
    const action = (chain: number) =>
      listener?.filter_chains?.[chain]?.filters?.[0]?.['typed_config'].route_config.virtual_hosts[0].routes[0].route;
    expect(action(0)).toEqual({ timeout: '5s', weighted_clusters: { clusters: [{ name: 'w' }] } });
    expect(action(1)).toEqual({ cluster: 'c', timeout: '0s' });
  });

  it('leave what was given untouched', () => {
    const given = inbound();
    run([on('HTTP_FILTER', 'ADD', added)], [given]);
    expect(given).toEqual(inbound());
  });
});

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
