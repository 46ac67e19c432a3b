import { describe, expect, it } from 'vitest';
import { logRejections } from '../../../src/app/drift/proxy-log.ts';
import { ackedLater, readSyncz, unackedTypes } from '../../../src/app/drift/sync.ts';

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

  it('reads the new shape, a map by type URL, and sees that a later push was acknowledged', () => {
    const row = readSyncz([
      {
        proxy: 'cart.shop',
        resources: {
          [clusterUrl]: { sent: 'b', acked: 'a', sentTime: '2026-11-21T10:00:00Z' },
          [listenerUrl]: { sent: 'c', acked: 'c', sentTime: '2026-11-21T10:00:05Z' },
        },
      },
    ]).get('shop/cart');
    expect(row && unackedTypes(row)).toEqual(['cluster']);
    expect(row && ackedLater(row, 'cluster')).toBe(true);
    expect(row && ackedLater(row, 'listener')).toBe(false);
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
