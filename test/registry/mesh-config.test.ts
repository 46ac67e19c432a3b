import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { placeOf } from '../../src/model/provenance.ts';
import type { Side } from '../../src/model/resource.ts';
import { meshConfig } from '../../src/registry/mesh-config.ts';
import { toResource } from '../../src/source/object.ts';

const configMap = (mesh: string, side: Side = 'api') =>
  toResource(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh } },
    side,
  );

describe('MeshConfig', () => {
  it('has defaults', () => {
    expect(meshConfig(undefined, 29)).toMatchObject({
      rootNamespace: 'istio-system',
      trustDomain: 'cluster.local',
      enableAutoMtls: true,
      outboundTrafficPolicy: { mode: 'ALLOW_ANY' },
    });
  });

  it('merges the ConfigMap: proxy config by field, providers by name, all else as a whole', () => {
    const mesh = meshConfig(
      configMap(`
rootNamespace: root
trustDomainAliases: [b, a]
localityLbSetting: {failover: []}
defaultConfig: {concurrency: 2, proxyMetadata: {A: "1"}}
extensionProviders: [{name: envoy, envoyFileAccessLog: {path: /tmp/x}}, {name: mine, zipkin: {service: z, port: 1}}]
defaultProviders: {tracing: [mine]}
`),
      29,
    );
    expect(mesh).toMatchObject({ rootNamespace: 'root', trustDomainAliases: ['a', 'b'] });
    expect(mesh['localityLbSetting']).toEqual({ failover: [] });
    expect(mesh['defaultConfig']).toMatchObject({ concurrency: 2, statusPort: 15020 });
    const providers = mesh['extensionProviders'] as JsonObject[];
    expect(providers.map((item) => item['name'])).toEqual(['prometheus', 'stackdriver', 'envoy', 'mine']);
    expect(providers[2]).toEqual({ name: 'envoy', envoyFileAccessLog: { path: '/tmp/x' } });
  });

  it('leads to the ConfigMap', () => {
    const mesh = meshConfig(configMap('defaultConfig: {tracing: {sampling: 1}}'), 29);
    const tracing = (mesh['defaultConfig'] as JsonObject)['tracing'] as object;
    expect(placeOf(tracing)?.path).toEqual(['data', 'mesh', 'defaultConfig', 'tracing']);
  });

  it('is what istiod answered, with the places of the ConfigMap', () => {
    const answered = {
      enableAutoMtls: true,
      outboundTrafficPolicy: {},
      extensionProviders: [{ name: 'mine', zipkin: {} }],
    };
    const mesh = meshConfig(configMap('extensionProviders: [{name: other}, {name: mine, zipkin: {}}]'), 29, answered);
    // Zero values are left out of its answer.
    expect(mesh).toMatchObject({ enableTracing: false, outboundTrafficPolicy: {} });
    const [provider] = mesh['extensionProviders'] as JsonObject[];
    expect(placeOf(provider as JsonObject)?.path).toEqual(['data', 'mesh', 'extensionProviders', 1]);
  });

  it('is what the ConfigMap says where it comes from Git', () => {
    const mesh = meshConfig(configMap('rootNamespace: new', 'git'), 29, { rootNamespace: 'old' });
    expect(mesh.rootNamespace).toBe('new');
  });

  it('ignores fields that the version does not know', () => {
    const text = 'defaultTrafficPolicy: {connectionPool: {}}';
    expect(meshConfig(configMap(text), 29)).not.toHaveProperty('defaultTrafficPolicy');
    expect(meshConfig(configMap(text), 32)).toHaveProperty('defaultTrafficPolicy');
  });
});
