import { describe, expect, it } from 'vitest';
import { connectionManager, filterNames, type ManagerOptions } from '../../support/connection-manager.ts';
import { objectYaml, outbound, serviceYaml, shortNames } from '../../support/outbound.ts';

const api = 'extensions.istio.io/v1alpha1';
const wasm = (name: string, spec: object = {}, extra: object = {}): string =>
  objectYaml(api, 'WasmPlugin', name, { url: 'oci://registry.example/plugin', ...spec }, extra);
const lua = (name: string, spec: object = {}): string =>
  objectYaml(api, 'TrafficExtension', name, { lua: { inlineCode: 'function f() end' }, ...spec });
const names = (yaml: string, options: ManagerOptions = {}): string[] =>
  filterNames(connectionManager(yaml, options)).filter((name) => name.startsWith('extensions.istio.io/'));

describe('WasmPlugins', () => {
  it('are fetched by name, under the name of the version', () => {
    const manager = connectionManager(wasm('a'));
    const filter = manager['http_filters'].find((item: { name: string }) => item.name.startsWith('extensions'));
    expect(filter).toEqual({
      name: 'extensions.istio.io/wasmplugin/shop.a',
      config_discovery: {
        config_source: { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' },
        type_urls: [
          'type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm',
          'type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC',
        ],
      },
    });
    expect(names(wasm('a'), { version: '1.32.0' })).toEqual([
      'extensions.istio.io/trafficextension/shop.a~istio-translated-wasmplugin',
    ]);
  });

  it('stand by phase, then by priority, then by age', () => {
    const yaml =
      wasm('late', {}, { creationTimestamp: '2026-01-03T00:00:00Z' }) +
      wasm('early', {}, { creationTimestamp: '2026-01-02T00:00:00Z' }) +
      wasm('first', { priority: 5 }, { creationTimestamp: '2026-01-04T00:00:00Z' }) +
      wasm('authn', { phase: 'AUTHN' }) +
      wasm('stats', { phase: 'STATS' });
    expect(names(yaml).map((name) => name.split('.').at(-1))).toEqual(['authn', 'stats', 'first', 'early', 'late']);
  });

  it('are matched by workload, mode and port', () => {
    const yaml =
      wasm('other', { selector: { matchLabels: { app: 'x' } } }) +
      wasm('server', { match: [{ mode: 'SERVER' }] }) +
      wasm('port', { match: [{ ports: [{ number: 8080 }] }] }) +
      wasm('istio-system/mesh', { match: [{ mode: 'CLIENT', ports: [{ number: 80 }] }] }) +
      wasm('elsewhere/a');
    expect(names(yaml)).toEqual(['extensions.istio.io/wasmplugin/istio-system.mesh']);
    expect(names(yaml, { port: 8080 })).toEqual(['extensions.istio.io/wasmplugin/shop.port']);
    expect(names(yaml, { port: 1, class: 'sidecar-inbound' })).toEqual(['extensions.istio.io/wasmplugin/shop.server']);
  });

  it('of the network layer stand before the terminal filter', () => {
    const services =
      serviceYaml('a', '10.1.0.1', [{ name: 'http', port: 80 }]) +
      serviceYaml('db', '10.1.0.2', [{ name: 'tcp', port: 5432 }]);
    const listeners = outbound(services + wasm('net', { type: 'NETWORK' }));
    const filters = (name: string): string[] => shortNames(listeners.get(name)?.filter_chains?.[0]?.filters);
    expect(filters('0.0.0.0_80')).toEqual(['net', 'http_connection_manager']);
    expect(filters('10.1.0.2_5432')).toEqual(['net', 'tcp_proxy']);
  });
});

describe('TrafficExtensions', () => {
  it('bring their Lua code, where the version knows them', () => {
    expect(names(lua('a'))).toEqual([]);
    const manager = connectionManager(lua('a'), { version: '1.32.0' });
    const filter = manager['http_filters'].find((item: { name: string }) => item.name.startsWith('extensions'));
    expect(filter.name).toBe('extensions.istio.io/trafficextension/shop.a');
    expect(filter.typed_config.default_source_code).toEqual({ inline_string: 'function f() end' });
  });

  it('are left out without code', () => {
    expect(names(lua('a', { lua: { inlineCode: '' } }), { version: '1.32.0' })).toEqual([]);
  });
});
