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
  ['shop/nobody.shop.svc.cluster.local', 1],
  ['nowhere/*.svc.cluster.local', 1],
  ['edge/cart.shop.svc.cluster.local', 1],
  ['shop/cart.shop.svc.cluster.local', 0],
  ['*/cart.shop.svc.cluster.local', 0],
  ['./*.shop.svc.cluster.local', 0],
  ['istio-system/*', 0],
])('judges an import of %s', (host, count) => {
  expect(told(imports(host))).toEqual(Array(count).fill('MESH0196 info spec.egress[0].hosts[1]'));
});
