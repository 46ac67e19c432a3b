import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const namespaces = ['shop', 'edge'].map(
  (name) => `---\n{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}\n`,
);
const told = (yaml: string, extra = namespaces.join('')) =>
  findingsIn(yaml, { infos: true, extra })
    .filter(({ code }) => code === 'MESH0195' || code === 'MESH0196')
    .map(({ code, severity, field }) => `${code} ${severity} ${field}`);
const exported = (names: string): string => manifest('DestinationRule', 'cart', `{host: cart, exportTo: [${names}]}`);
const imports = (host: string): string => manifest('Sidecar', 'default', `{egress: [{hosts: ["./*", "${host}"]}]}`);

it('notes a namespace that does not exist, where namespaces are known', () => {
  expect(told(exported('".", shopp'))).toEqual(['MESH0195 info spec.exportTo[1]']);
  expect(told(exported('".", edge'))).toEqual([]);
  expect(told(exported('"*"'))).toEqual([]);
  expect(told(exported('shopp'), '')).toEqual([]);
});

it.each([
  ['shop/nobody.shop.svc.cluster.local', ['info']],
  ['nowhere/*.svc.cluster.local', ['info']],
  ['edge/cart.shop.svc.cluster.local', ['warning']],
  ['shop/cart', ['warning']],
  ['./cart', ['warning']],
  ['shopp/cart.shop.svc.cluster.local', ['warning']],
  ['shop/cart.shop.svc.cluster.local', []],
  ['*/cart.shop.svc.cluster.local', []],
  ['./*.shop.svc.cluster.local', []],
  ['istio-system/*', []],
])('judges an import of %s', (host, severities) => {
  expect(told(imports(host))).toEqual(severities.map((it) => `MESH0196 ${it} spec.egress[0].hosts[1]`));
});

it('names the workloads that a misspelt import hides a service from', () => {
  const misspelt = findingsIn(imports('shop/cart'), { extra: namespaces.join('') }).find(
    ({ code }) => code === 'MESH0196',
  );
  expect(misspelt?.proxies).toContain('shop/catalog-v1');
  expect(misspelt?.fix).toBe('write shop/cart.shop.svc.cluster.local.');
});
