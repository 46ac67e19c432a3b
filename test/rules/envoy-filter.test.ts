import { expect, it } from 'vitest';
import { findingsIn } from '../support/rules.ts';

const patch = (match: string): string => `
  - applyTo: HTTP_FILTER
    match: ${match}
    patch: {operation: INSERT_BEFORE, value: {name: envoy.filters.http.lua, typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua}}}`;
const filter = (patches: string, selector = '', namespace = 'shop'): string => `---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: lua, namespace: ${namespace}, creationTimestamp: "2024-02-01T00:00:00Z"}
spec:
  ${selector}
  configPatches:${patches}
`;
const router =
  '{context: SIDECAR_INBOUND, listener: {filterChain: {filter: {name: envoy.filters.network.http_connection_manager, subFilter: {name: envoy.filters.http.router}}}}}';
const all = (yaml: string) =>
  findingsIn(yaml, { infos: true }).map(({ code, severity, field }) => [code, severity, field]);

it('is silent where a patch changes something in one of its proxies', () => {
  expect(all(filter(patch(router)))).toEqual([]);
  expect(all(filter(patch(router), '', 'istio-system'))).toEqual([]);
});

it('tells a patch whose match nothing fits', () => {
  expect(all(filter(patch('{context: SIDECAR_INBOUND, listener: {portNumber: 8443}}')))).toEqual([
    ['MESH0022', 'warning', 'spec.configPatches[0]'],
  ]);
});

it('makes a note of a patch that names what another filter inserts after it', () => {
  const behind = patch(router.replace('envoy.filters.http.router', 'envoy.filters.http.lua'));
  const other = filter(patch(router)).replace('name: lua,', 'name: other,').replace('02-01', '03-01');
  expect(all(filter(behind) + other)).toContainEqual(['MESH0022', 'info', 'spec.configPatches[0]']);
  expect(all(filter(behind).replaceAll('name: envoy.filters.http.lua, typed', 'name: mine, typed'))).toContainEqual([
    'MESH0022',
    'warning',
    'spec.configPatches[0]',
  ]);
});

it('knows a filter of the root namespace to select pods of every one, and others those of their own', () => {
  const selecting = (namespace: string): unknown[] =>
    all(filter(patch(router), 'workloadSelector: {labels: {app: cart}}', namespace)).map(([, severity, field]) => [
      severity,
      field,
    ]);
  expect(selecting('shop')).toEqual([]);
  expect(selecting('istio-system')).toEqual([]);
  expect(selecting('edge')).toEqual([['warning', 'spec.workloadSelector.labels']]);
});

it('tells a filter that selects nobody', () => {
  expect(all(filter(patch(router), 'workloadSelector: {labels: {app: none}}'))).toEqual([
    ['MESH0022', 'warning', 'spec.workloadSelector.labels'],
  ]);
});

it.each([
  ['^1\\.29.*', 1, 'proxies of 1.30.0 will be without the patch'],
  ['^1\\.28.*', 1, 'the patch is in no proxy'],
  ['^1\\.(29|3[0-9]).*', 0, ''],
])('holds proxyVersion %s against what the proxies have', (version, count, effect) => {
  const bound = patch(`{proxy: {proxyVersion: '${version}'}, ${router.slice(1)}`);
  const found = findingsIn(filter(bound), { infos: true });
  expect(found.map(({ code, field }) => `${code} ${field}`)).toEqual(
    Array(count).fill('MESH0180 spec.configPatches[0].match.proxy.proxyVersion'),
  );
  expect(found.map((it) => it.effect).join()).toContain(effect);
});

it('tells a patch of the bootstrap, which no proxy since Istio 1.21 asks for', () => {
  const bootstrap = filter(
    '\n  - {applyTo: BOOTSTRAP, patch: {operation: MERGE, value: {admin: {profile_path: /tmp/x}}}}',
  );
  expect(all(bootstrap)).toEqual([['MESH0022', 'warning', 'spec.configPatches[0]']]);
  expect(findingsIn(bootstrap)[0]?.message).toContain('since Istio 1.21 no proxy asks istiod for its bootstrap');
  expect(all(bootstrap.replace('namespace: shop', 'namespace: none'))).toEqual([]);
});

it('tells an extension config that no filter asks for', () => {
  const config = (name: string, operation = 'ADD') =>
    `\n  - {applyTo: EXTENSION_CONFIG, patch: {operation: ${operation}, value: {name: ${name}, typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua}}}}`;
  const asking = patch(router).replace(
    /value: .*$/,
    'value: {name: ours, config_discovery: {config_source: {ads: {}, resource_api_version: V3}, type_urls: [type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua]}}}',
  );
  expect(all(filter(asking + config('ours')))).toEqual([]);
  expect(all(filter(asking + config('other')))).toEqual([['MESH0022', 'warning', 'spec.configPatches[1]']]);
  expect(all(filter(asking + config('ours', 'MERGE')))).toEqual([['MESH0022', 'warning', 'spec.configPatches[1]']]);
});
