import { describe, expect, it } from 'vitest';
import { connectionsOf } from '../../../src/app/drift/connections.ts';
import { logRejections, readRejection } from '../../../src/app/drift/proxy-log.ts';
import { isRejected, streamIsAlive, unackedTypes } from '../../../src/app/drift/sync.ts';
import { readSyncEntries, readSyncz } from '../../../src/app/drift/syncz.ts';

const clusterUrl = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const listenerUrl = 'type.googleapis.com/envoy.config.listener.v3.Listener';
const routeUrl = 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration';
const endpointUrl = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment';

describe("istiod's syncz", () => {
  it('reads the old shape, a field a type', () => {
    const rows = readSyncz([
      { proxy: 'cart-v1-x.shop', cluster_sent: 'b', cluster_acked: 'a', route_sent: 'r', route_acked: 'r' },
    ]);
    const row = rows.get('shop/cart-v1-x');
    expect(row && unackedTypes(row)).toEqual(['cluster']);
  });

  const uuid = '1a1fbab3-25f3-40e7-bcef-883e40a134df';
  const nonce = (push: number) => `2026-11-21T10:53:19Z/${push}${uuid}`;
  const row = (cluster: [number, number], listener: [number, number]) => {
    const sync = ([sent, acked]: [number, number]) => ({ sent: nonce(sent), acked: nonce(acked) });
    const resources = { [clusterUrl]: sync(cluster), [listenerUrl]: sync(listener) };
    return readSyncz([{ proxy: 'cart.shop', resources }]).get('shop/cart') ?? {};
  };

  it('reads the new shape, a map by type URL', () => {
    expect(unackedTypes(row([176, 175], [176, 176]))).toEqual(['cluster']);
  });

  it('takes a type for rejected where another of the same push was acknowledged, and for stale where none was', () => {
    expect(streamIsAlive(row([176, 175], [176, 176]), 'cluster')).toBe(true);
    expect(streamIsAlive(row([176, 175], [9, 9]), 'cluster')).toBe(false);
    expect(streamIsAlive(row([176, 175], [176, 175]), 'cluster')).toBe(false);
  });

  it('takes what istiod says of errors, in its place infers them only after some time', () => {
    const told = (more: object) =>
      readSyncz([{ proxy: 'a.b', resources: { [clusterUrl]: { sent: nonce(2), acked: nonce(1), ...more } } }]).get(
        'b/a',
      )!;
    expect(isRejected(told({ lastError: 'no' }), 'cluster', '2026-11-21T10:53:19Z')).toBe(true);
    expect(unackedTypes(told({ acked: nonce(2), lastError: 'no' }))).toEqual(['cluster']);
    const inferred = row([176, 175], [176, 176]);
    expect(isRejected(inferred, 'cluster', '2026-11-21T10:53:20Z')).toBe(false);
    expect(isRejected(inferred, 'cluster', '2026-11-21T10:53:40Z')).toBe(true);
    const sentTime = '2026-11-21T10:53:19Z';
    const silent = { ...inferred, cluster: { ...inferred.cluster!, sentTime } };
    expect(isRejected(silent, 'cluster', '2026-11-21T10:53:40Z')).toBe(false);
  });

  it('tells types that a proxy does not ask for from those of which nothing was sent', () => {
    const [entry] = readSyncEntries([{ proxy: 'a.b', resources: { [clusterUrl]: {} }, cluster_id: 'c' }]);
    expect(entry).toMatchObject({ id: 'b/a', row: {}, clusterId: 'c', watched: new Set(['cluster']) });
    expect(readSyncEntries([{ proxy: 'a.b' }])[0]).not.toHaveProperty('watched');
  });

  const csds = (configs: object[], id = 'cart.shop') => ({
    '@type': 'type.googleapis.com/envoy.service.status.v3.ClientConfig',
    node: { id, metadata: { CLUSTER_ID: 'c', NAMESPACE: 'shop', ISTIO_VERSION: '1.24.0' } },
    genericXdsConfigs: configs,
  });

  it('reads what comes over xDS, a state a type, with times since 1.23', () => {
    const lastUpdated = '2026-11-21T10:53:19Z';
    const [entry] = readSyncEntries([
      csds([
        { typeUrl: clusterUrl, configStatus: 'SYNCED', lastUpdated },
        { typeUrl: listenerUrl, configStatus: 'ERROR', lastUpdated, errorState: { details: 'bad listener' } },
        { typeUrl: routeUrl, configStatus: 'STALE', lastUpdated },
        { typeUrl: endpointUrl, configStatus: 'NOT_SENT', lastUpdated: '0001-01-01T00:00:00Z' },
        { typeUrl: 'type.googleapis.com/istio.networking.nds.v1.NameTable', configStatus: 'SYNCED', lastUpdated },
      ]),
    ]);
    expect(entry).toMatchObject({ id: 'shop/cart', clusterId: 'c', istioVersion: '1.24.0' });
    expect(entry?.watched).toEqual(new Set(['cluster', 'listener', 'route', 'endpoint']));
    expect(entry && unackedTypes(entry.row)).toEqual(['listener', 'route']);
    expect(entry?.row.listener).toMatchObject({ error: 'bad listener', sentTime: lastUpdated });
    expect(entry && isRejected(entry.row, 'route', '2026-11-21T11:00:00Z')).toBe(false);
  });

  it('reads the xDS shape before 1.23, where NOT_SENT may mean that nobody asks', () => {
    const states = [clusterUrl, listenerUrl, routeUrl].map((typeUrl, index) => ({
      typeUrl,
      configStatus: ['SYNCED', 'STALE', 'NOT_SENT'][index],
    }));
    const [entry] = readSyncEntries([csds(states)]);
    expect(entry).not.toHaveProperty('watched');
    expect(entry && Object.keys(entry.row)).toEqual(['cluster', 'listener']);
    expect(entry && isRejected(entry.row, 'listener', '2036-01-01T00:00:00Z')).toBe(false);
  });

  it('passes over what connects and is no Envoy', () => {
    const rows = [
      { proxy: 'ztunnel-x.istio-system', proxy_type: 'ztunnel', resources: {} },
      csds([{ typeUrl: 'type.googleapis.com/istio.workload.Address', configStatus: 'SYNCED' }], 'ztunnel-x.i'),
      csds([{ typeUrl: clusterUrl, configStatus: 'UNKNOWN' }], 'ztunnel-x.i'),
    ];
    expect(readSyncEntries(rows)).toEqual([]);
  });

  it('infers no rejection where an old istiod forgot what was acknowledged', () => {
    const sent = nonce(176);
    const row = readSyncz([
      { proxy: 'a.b', cluster_sent: sent, cluster_acked: '', listener_sent: sent, listener_acked: sent },
    ]).get('b/a')!;
    expect(unackedTypes(row)).toEqual(['cluster']);
    expect(isRejected(row, 'cluster', '2026-11-21T12:00:00Z')).toBe(false);
  });

  it('follows a proxy to the istiod that it acknowledged last', () => {
    const istiod = (podName: string, acked: string, sent = acked) => ({
      podName,
      namespace: 'istio-system',
      revision: 'default',
      problems: [],
      syncz: [{ proxy: 'a.b', resources: { [clusterUrl]: { sent: `${sent}/1${uuid}`, acked: `${acked}/1${uuid}` } } }],
    });
    const state = { origin: '', takenAt: '', resources: [], proxies: [], skipped: [] };
    const old = istiod('old', '2026-11-21T10:00:00Z');
    const now = istiod('now', '2026-11-21T10:05:00Z', '2026-11-21T10:06:00Z');
    const { byProxy, complete } = connectionsOf({ ...state, istiods: [old, now] });
    expect(byProxy.get('b/a')?.map((it) => it.istiod.podName)).toEqual(['now', 'old']);
    expect(complete).toBe(true);
    expect(connectionsOf({ ...state, istiods: [old, { ...now, syncz: undefined }] }).complete).toBe(false);
  });

  it('skips what is no row', () => {
    expect(readSyncz({ error: 'x' }).size).toBe(0);
    expect(readSyncz([null, 1, { proxy: 7 }]).size).toBe(0);
  });
});

describe("Envoy's errors", () => {
  it('takes the reason and the name out of the message that a validation error quotes', () => {
    const error =
      'goo.gle/debugstr  \nname: "outbound|80||a.b"\nx {\n name: "inner"\n}\n: Proto constraint validation failed (ClusterValidationError.ConnectTimeout: value must be greater than 0s)';
    expect(readRejection(error)).toEqual({
      name: 'outbound|80||a.b',
      details: 'ClusterValidationError.ConnectTimeout: value must be greater than 0s',
    });
    expect(readRejection('Error adding/updating listener(s) virtualInbound: script load error\n')).toMatchObject({
      name: 'virtualInbound',
    });
  });

  it('tells the type, the resource and the reason of a rejected update, the last one of each type', () => {
    const line = (type: string, reason: string) =>
      `2026-11-21T10:00:00Z\twarning\tenvoy config\tgRPC config for type.googleapis.com/envoy.config.${type} rejected: ${reason}\tthread=1\n`;
    const found = logRejections(
      line('route.v3.RouteConfiguration', 'old') +
        line(
          'route.v3.RouteConfiguration',
          'Only unique values for domains are permitted. Duplicate entry of domain a in route 8080',
        ) +
        line('listener.v3.Listener', 'Error adding/updating listener(s) virtualInbound: script load error'),
    );
    expect(found.get('route')).toEqual({
      name: '8080',
      details: 'Only unique values for domains are permitted. Duplicate entry of domain a in route 8080',
    });
    expect(found.get('listener')?.name).toBe('virtualInbound');
  });

  it('makes do with the end of a long validation error', () => {
    const tail =
      '}\n: Proto constraint validation failed (ClusterValidationError.ConnectTimeout: value must be greater than 0s)\tthread=1\n';
    expect(logRejections(tail).get('cluster')?.details).toContain('ConnectTimeout: value must be greater than 0s');
  });
});
