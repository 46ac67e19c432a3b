import { describe, expect, it } from 'vitest';
import { formatPath, type JsonObject } from '../../../src/model/json.ts';
import { originsAt } from '../../../src/model/provenance.ts';
import { catalog, cluster, clusterPatch, filter, patches } from './small-mesh.ts';

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
