import { expect, it } from 'vitest';
import { goneObjects } from '../../../src/app/drift/gone-objects.ts';
import { rejectedFindings } from '../../../src/app/drift/rejected.ts';
import { staleFindings } from '../../../src/app/drift/stale.ts';
import type { ExaminedProxy, Rejection } from '../../../src/app/drift/types.ts';
import type { Difference } from '../../../src/compare/types.ts';
import { compileProxy } from '../../../src/compile/index.ts';
import type { ProxyConfig } from '../../../src/model/envoy.ts';
import type { Proxy } from '../../../src/model/proxy.ts';
import { buildRegistry } from '../../../src/registry/index.ts';
import { catalog, cluster, clusterPatch, filter, patches } from '../../compile/envoyfilter/small-mesh.ts';
import { objectYaml } from '../../support/clusters.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf, meshOf, podYaml } from '../../support/mesh.ts';

/** What a proxy should hold: one cluster with a patch's value merged in. */
function patched(value: object): ProxyConfig {
  const clusters = patches([filter([clusterPatch('MERGE', value as never)])]).clusters([cluster(catalog)]);
  return { clusters, endpoints: [], listeners: [], routes: [] };
}

function examined(state: ExaminedProxy['state'], ...rejections: Rejection[]): ExaminedProxy {
  return { proxy: { id: 'shop/cart-1' } as Proxy, state, row: {}, rejections };
}

it('finds the field that Envoy names in words', () => {
  const expected = patched({ lb_policy: 'MAGLEV', maglev_lb_config: { table_size: 100 } });
  const name = expected.clusters[0]?.name ?? '';
  const details = `Error adding/updating cluster(s) ${name}: The table size of maglev must be prime number`;
  const [finding] = rejectedFindings(
    examined('rejected', { type: 'cluster', name, details }),
    expected,
    [],
    (it) => it,
  );
  expect(finding?.field).toBe('spec.configPatches[0].patch.value.maglev_lb_config.table_size');
});

it('finds the field that a sentence of validation names, and not a part of its words', () => {
  const mesh = inputOf(
    `${podYaml('shop/client')}${objectYaml('Service', 'cart', { clusterIP: '10.1.0.1', ports: [{ name: 'http', port: 80 }] })}${manifest('DestinationRule', 'cart', '{host: cart, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, ringHash: {minimumRingSize: 9000000}}}}}')}`,
  );
  const registry = buildRegistry(mesh);
  const expected = compileProxy(registry.proxies[0]!, registry);
  const name = 'outbound|80||cart.shop.svc.cluster.local';
  const details =
    'ClusterValidationError.RingHashLbConfig: embedded message failed validation | caused by RingHashLbConfigValidationError.MinimumRingSize: value must be less than or equal to 8388608';
  const found = rejectedFindings(examined('rejected', { type: 'cluster', name, details }), expected, [], (it) => it);
  expect(found.map(({ field }) => field)).toEqual([
    'spec.trafficPolicy.loadBalancer.consistentHash.ringHash.minimumRingSize',
  ]);
});

it('names the object that only a proxy which is behind has, where it is deleted', () => {
  const route = {
    name: 'all',
    match: {},
    metadata: {
      filter_metadata: {
        istio: { config: '/apis/networking.istio.io/v1/namespaces/shop/virtual-service/cart' },
      },
    },
    request_headers_to_add: [{ header: { key: 'x-wave', value: '1' } }],
  };
  const host = { name: 'cart:80', domains: ['cart'], routes: [route] };
  const live: ProxyConfig = {
    clusters: [],
    endpoints: [],
    listeners: [],
    routes: [{ name: '80', virtual_hosts: [host] }],
  };
  const shared = { type: 'route', name: '80', kind: 'extra', leaves: 1 } as const;
  const inside = [...['virtual_hosts', 0, 'routes', 0], 'request_headers_to_add'];
  const differences: Difference[] = [
    { ...shared, expectedPath: inside, livePath: inside, live: route.request_headers_to_add },
    { ...shared, expectedPath: ['virtual_hosts'], livePath: ['virtual_hosts', 0], live: host },
  ];
  const told = (yaml: string) => {
    const gone = goneObjects(live, differences, meshOf(yaml));
    const behind = { examined: examined('stale'), expected: patched({}), differences, gone };
    return staleFindings([behind], () => undefined).map(({ resource, live }) => [resource, live]);
  };
  expect(told('')).toEqual([['VirtualService shop/cart', 'present']]);
  // One that is there still is not what the difference is for.
  expect(told(manifest('VirtualService', 'cart', '{hosts: [cart]}'))).toEqual([['Pod shop/cart-1', undefined]]);
});

it('finds the field that a sentence names by other words', () => {
  const ejection = { interval: '7s', base_ejection_time: '0.01s', max_ejection_percent: 10 };
  const expected = patched({ alt_stat_name: 'time', connect_timeout: '7s', outlier_detection: ejection });
  const name = expected.clusters[0]?.name ?? '';
  const details = 'outlier detection: the least time of an ejection must be >= 50ms';
  const found = rejectedFindings(examined('rejected', { type: 'cluster', name, details }), expected, [], (it) => it);
  expect(found.map(({ field }) => field)).toEqual([
    'spec.configPatches[0].patch.value.outlier_detection.base_ejection_time',
  ]);
});

it('tells one field that a proxy is behind with once, by the live value that is the likeliest', () => {
  const expected = patched({ connect_timeout: '7s' });
  const name = expected.clusters[0]?.name ?? '';
  const difference = (live: unknown): Difference => ({
    type: 'cluster',
    name,
    kind: 'changed',
    expectedPath: ['connect_timeout'],
    livePath: ['connect_timeout'],
    expected: '7s',
    live,
    leaves: 1,
  });
  const differences = [difference(undefined), difference({ filters: [] }), difference('2s')];
  const findings = staleFindings([{ examined: examined('stale'), expected, differences }], (it) => it);
  expect(findings.map(({ field, live, evidence }) => [field, live, evidence?.length])).toEqual([
    ['spec.configPatches[0].patch.value.connect_timeout', '2s', 3],
  ]);
});
