import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const plain = (rest = 'tls: {mode: DISABLE}', host = 'cart'): string =>
  manifest('DestinationRule', 'cart', `{host: ${host}, trafficPolicy: {${rest}}}`);
const policy = (rules: string, rest = ''): string =>
  manifest('AuthorizationPolicy', 'cart', `{selector: {matchLabels: {app: cart}}, ${rest}rules: [${rules}]}`);
const shop = '{from: [{source: {namespaces: [shop]}}]}';
const told = (yaml: string) =>
  findingsIn(yaml)
    .filter(({ code }) => code === 'MESH0209')
    .map(({ severity, resource, field }) => `${severity} ${resource} ${field}`);

it('tells plain text to workloads that let in identities only', () => {
  expect(told(plain() + policy(shop))).toEqual(['error DestinationRule shop/cart spec.trafficPolicy.tls.mode']);
  const port = 'portLevelSettings: [{port: {number: 8080}, tls: {mode: DISABLE}}]';
  expect(told(plain(port) + policy(shop))).toEqual([
    'error DestinationRule shop/cart spec.trafficPolicy.portLevelSettings[0].tls.mode',
  ]);
});

it('is silent for auto-mTLS, ISTIO_MUTUAL, other hosts and rules that ask for no identity', () => {
  expect(told(plain('loadBalancer: {simple: RANDOM}') + policy(shop))).toEqual([]);
  expect(told(plain('tls: {mode: ISTIO_MUTUAL}') + policy(shop))).toEqual([]);
  expect(told(plain('tls: {mode: DISABLE}', 'catalog') + policy(shop))).toEqual([]);
  expect(told(plain() + policy(`${shop}, {to: [{operation: {paths: [/health]}}]}`))).toEqual([]);
  expect(told(plain() + policy(shop, 'action: DENY, '))).toEqual([]);
});

it('leaves STRICT servers to the rule of client TLS', () => {
  const strict = manifest('PeerAuthentication', 'default', '{mtls: {mode: STRICT}}');
  expect(told(plain() + policy(shop) + strict)).toEqual([]);
});
