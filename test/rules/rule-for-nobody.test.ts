import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const rule = (host: string, namespace = 'shop'): string =>
  manifest('DestinationRule', 'rule', `{host: "${host}"}`, { namespace });
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true }).map(({ code, severity, field }) => `${code} ${severity} ${field}`);

it.each([
  ['cart', 'edge', ['MESH0192 warning spec.host']],
  ['nobody', 'shop', ['MESH0192 info spec.host']],
  ['api.partner.example', 'shop', ['MESH0192 info spec.host']],
  ['cart', 'shop', []],
  ['*.shop.svc.cluster.local', 'edge', []],
  ['*.local', 'istio-system', []],
])('judges host %s in namespace %s', (host, namespace, expected) => {
  expect(told(rule(host, namespace))).toEqual(expected);
});

it('takes a wildcard of a ServiceEntry for somebody', () => {
  const entry = manifest(
    'ServiceEntry',
    'partners',
    '{hosts: ["*.partner.example"], ports: [{number: 443, name: tls, protocol: TLS}], resolution: NONE}',
  );
  expect(told(rule('api.partner.example') + entry)).toEqual([]);
});

it('warns of a rule for the name that clients ask for, where routes lead to another', () => {
  const routes = (host: string): string =>
    manifest(
      'VirtualService',
      'api',
      `{hosts: [api.partner.example], http: [{route: [{destination: {host: ${host}}}]}]}`,
    );
  expect(told(rule('api.partner.example') + routes('cart'))).toEqual(['MESH0192 warning spec.host']);
  expect(told(rule('api.partner.example') + routes('api.partner.example'))).toContain('MESH0192 info spec.host');
});
