import { describe, expect, it } from 'vitest';
import { logRejections } from '../../../src/app/drift/proxy-log.ts';
import { readSyncz, streamIsAlive, unackedTypes } from '../../../src/app/drift/sync.ts';

const clusterUrl = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const listenerUrl = 'type.googleapis.com/envoy.config.listener.v3.Listener';

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

  it('skips what is no row', () => {
    expect(readSyncz({ error: 'x' }).size).toBe(0);
    expect(readSyncz([null, 1, { proxy: 7 }]).size).toBe(0);
  });
});

describe("Envoy's log", () => {
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
