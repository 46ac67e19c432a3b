import { describe, expect, it } from 'vitest';
import { meshOf } from '../support/mesh.ts';

const service = (name: string, namespace: string, created: string, spec = 'clusterIP: 10.96.0.1') => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "2026-01-01T00:00:0${created}Z"}
spec: {${spec}, ports: [{name: http, port: 80}]}
`;

const alias = (name: string, target: string) =>
  service(name, 'shop', '5', `type: ExternalName, externalName: ${target}`);

describe('services', () => {
  it('are ordered by creation, name and namespace', () => {
    const registry = meshOf(
      service('b', 'shop', '1') + service('a', 'shop', '2') + service('a', 'pay', '2') + service('z', 'shop', '0'),
    );
    expect(registry.services.map((item) => `${item.name}.${item.namespace}`)).toEqual([
      'z.shop',
      'b.shop',
      'a.pay',
      'a.shop',
    ]);
  });

  it('that the API server has not got come last', () => {
    const fresh = service('a', 'shop', '0').replace(/, creationTimestamp: "[^"]*"/, '');
    expect(meshOf(fresh + service('z', 'shop', '9')).services.map(({ name }) => name)).toEqual(['z', 'a']);
  });

  it('know their aliases through several hops, and no loops', () => {
    const registry = meshOf(
      service('cart', 'shop', '1') +
        alias('old', 'cart.shop.svc.cluster.local') +
        alias('older', 'old.shop.svc.cluster.local') +
        alias('x', 'y.shop.svc.cluster.local') +
        alias('y', 'x.shop.svc.cluster.local'),
    );
    const [cart] = registry.serviceByHostname('cart.shop.svc.cluster.local');
    expect(cart?.aliases.map(({ hostname }) => hostname)).toEqual([
      'old.shop.svc.cluster.local',
      'older.shop.svc.cluster.local',
    ]);
    expect(registry.serviceByHostname('x.shop.svc.cluster.local')[0]?.aliases).toEqual([]);
  });
});
