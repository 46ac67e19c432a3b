import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const namespaces = ['shop', 'edge', 'prod-web']
  .map((name) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`)
  .join('');
const told = (yaml: string, options = {}) =>
  findingsIn(namespaces + yaml, options)
    .filter(({ code }) => code === 'MESH0204' || code === 'MESH0208')
    .map(({ code, severity, field }) => `${code} ${severity} ${field}`);
const policy = (source: string, rest = ''): string =>
  manifest('AuthorizationPolicy', 'p', `{selector: {matchLabels: {app: cart}}, ${rest}rules: [${source}]}`);
const from = (source: string): string => `{from: [{source: {${source}}}]}`;
const jwt = (issuer: string): string =>
  manifest('RequestAuthentication', 'jwt', `{selector: {matchLabels: {app: cart}}, jwtRules: [{issuer: "${issuer}"}]}`);

it('tells namespaces that do not exist, as an error where nobody is let in', () => {
  expect(told(policy(from('namespaces: [shpo]')))).toEqual([
    'MESH0204 error spec.rules[0].from[0].source.namespaces[0]',
  ]);
  expect(told(policy(from('namespaces: [shop, "dev-*"]')))).toEqual([
    'MESH0204 warning spec.rules[0].from[0].source.namespaces[1]',
  ]);
  const [denies] = findingsIn(namespaces + policy(from('namespaces: [shpo]'), 'action: DENY, '));
  expect(denies?.effect).toBe('the entry denies nobody.');
});

it('is silent for namespaces that exist, patterns of some, what is excluded, and clusters that were not read', () => {
  expect(told(policy(from('namespaces: [shop, "prod-*", "*-web", "*"]')))).toEqual([]);
  expect(told(policy(from('notNamespaces: [shpo]')))).toEqual([]);
  expect(told(policy(from('namespaces: [shpo]')), { unseenClusters: ['west'] })).toEqual([]);
  const other = manifest('AuthorizationPolicy', 'p', '{targetRefs: [{kind: Gateway, name: x}], rules: []}');
  expect(told(other)).toEqual([]);
});

it('tells request principals of an issuer that the workload does not verify', () => {
  const principal = policy(from('requestPrincipals: ["https://id.example/*"]'));
  const place = 'spec.rules[0].from[0].source.requestPrincipals[0]';
  expect(told(principal + jwt('https://other.example'))).toEqual([`MESH0208 error ${place}`]);
});

it('tells all request principals at once where no token is verified', () => {
  const list = 'MESH0208 error spec.rules[0].from[0].source.requestPrincipals';
  expect(told(policy(from('requestPrincipals: ["*"]')))).toEqual([list]);
  const [both] = findingsIn(namespaces + policy(from('requestPrincipals: ["https://a.example/*", "*/ann"]')));
  expect(both?.message).toContain('names https://a.example/* and */ann, and no RequestAuthentication');
});

it('tells conditions on claims that nobody verifies', () => {
  const when = (rest: string, action = ''): string =>
    policy(`{when: [{key: "request.auth.claims[group]", ${rest}}]}`, action);
  const place = 'spec.rules[0].when[0].key';
  expect(told(when('values: [staff]'))).toEqual([`MESH0208 error ${place}`]);
  expect(told(when('values: [staff]', 'action: DENY, '))).toEqual([`MESH0208 warning ${place}`]);
  expect(
    told(policy('{to: [{operation: {paths: [/health]}}]}, {when: [{key: request.auth.principal, values: ["*"]}]}')),
  ).toEqual(['MESH0208 warning spec.rules[1].when[0].key']);
  expect(told(when('notValues: [staff]'))).toEqual([]);
  expect(told(jwt('https://id.example') + when('values: [staff]'))).toEqual([]);
});

it('is silent for verified issuers, any principal of them, what is excluded, and filters that verify by themselves', () => {
  const verified = jwt('https://id.example');
  for (const principal of ['https://id.example/*', 'https://id.example/ann', 'https://id*', '*', '*/ann'])
    expect(told(verified + policy(from(`requestPrincipals: ["${principal}"]`)))).toEqual([]);
  expect(told(policy(from('notRequestPrincipals: ["*"]'), 'action: DENY, '))).toEqual([]);
  const filter = manifest(
    'EnvoyFilter',
    'jwt',
    '{configPatches: [{applyTo: HTTP_FILTER, match: {}, patch: {operation: INSERT_FIRST, value: {name: envoy.filters.http.jwt_authn}}}]}',
  );
  expect(told(filter + policy(from('requestPrincipals: ["*"]')))).toEqual([]);
});
