import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const settings = (port: number): string =>
  `portLevelSettings: [{port: {number: ${port}}, connectionPool: {tcp: {maxConnections: 1}}}]`;
const rule = (host: string, rest: string): string => manifest('DestinationRule', 'r', `{host: "${host}", ${rest}}`);
const told = (yaml: string, options = {}) =>
  findingsIn(yaml, { infos: true, ...options })
    .filter(({ code }) => code === 'MESH0213')
    .map(({ severity, field }) => `${severity} ${field}`);

it('tells settings for a port that the Service has not, of the rule and of a subset', () => {
  expect(told(rule('cart', `trafficPolicy: {${settings(80)}}`))).toEqual([
    'warning spec.trafficPolicy.portLevelSettings[0].port.number',
  ]);
  const subset = `subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {${settings(9090)}}}]`;
  expect(told(rule('cart', subset))).toEqual([
    'warning spec.subsets[0].trafficPolicy.portLevelSettings[0].port.number',
  ]);
});

it('says where the port is that of the container, and names the proxies that use the rule', () => {
  const extra = `---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: cart}, clusterIP: 10.96.0.80, ports: [{name: http, port: 80, targetPort: 8080}]}}
`;
  const [found] = findingsIn(rule('web', `trafficPolicy: {${settings(8080)}}`), { extra });
  expect(found?.message).toContain('which web.shop.svc.cluster.local has not (80); it is the port of the container');
  expect(found?.fix).toBe('write 80, the port of the Service.');
  expect(found?.proxies).toContain('shop/catalog-v1');
});

it('notes those of a wildcard, and is silent for ports of the host, unknown hosts and clusters that were not read', () => {
  expect(told(rule('*.shop.svc.cluster.local', `trafficPolicy: {${settings(443)}}`))).toEqual([
    'info spec.trafficPolicy.portLevelSettings[0].port.number',
  ]);
  expect(told(rule('*.shop.svc.cluster.local', `trafficPolicy: {${settings(9090)}}`))).toEqual([]);
  expect(told(rule('cart', `trafficPolicy: {${settings(8080)}}`))).toEqual([]);
  expect(told(rule('nobody', `trafficPolicy: {${settings(80)}}`))).toEqual([]);
  expect(told(rule('cart', `trafficPolicy: {${settings(80)}}`), { unseenClusters: ['west'] })).toEqual([]);
});
