import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { podYaml } from '../support/mesh.ts';
import { findingsIn } from '../support/rules.ts';

const host = 'cart.shop.svc.cluster.local';
const rule = (namespace: string, policy: string): string =>
  manifest('DestinationRule', 'cart', `{host: ${host}, trafficPolicy: {${policy}}}`, { namespace });
const pools = 'connectionPool: {tcp: {maxConnections: 7}}';
const random = 'loadBalancer: {simple: RANDOM}';
const told = (yaml: string, extra = '') =>
  findingsIn(yaml, { infos: true, extra }).flatMap(({ code, severity, resource, field, proxies }) =>
    code === 'MESH0228' ? [`${severity} ${resource} ${field} ${proxies.length}`] : [],
  );

it("tells a rule of the root namespace that the service's own precedes", () => {
  expect(told(rule('istio-system', pools) + rule('shop', random))).toEqual([
    'warning DestinationRule istio-system/cart spec.trafficPolicy 4',
  ]);
  expect(told(rule('istio-system', pools) + rule('shop', pools))).toEqual([
    'info DestinationRule istio-system/cart spec.trafficPolicy 0',
  ]);
  expect(told(rule('istio-system', pools))).toEqual([]);
});

it('tells a rule in a namespace without clients, and is silent once there is one', () => {
  const client = podYaml('pay/till', { labels: { app: 'till' }, addresses: ['10.0.0.120'] });
  expect(told(rule('pay', pools))).toEqual(['warning DestinationRule pay/cart spec.trafficPolicy 4']);
  expect(told(rule('pay', pools) + rule('shop', random), client)).toEqual([]);
});
