import { describe, expect, it } from 'vitest';
import type { Listener, Message } from '../../../src/model/envoy.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { filter, patches } from './small-mesh.ts';

const hcmType = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const lua = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua';
const hcm = 'envoy.filters.network.http_connection_manager';

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
