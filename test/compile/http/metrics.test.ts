import { describe, expect, it } from 'vitest';
import type { ListenerClass } from '../../../src/compile/http/listener-class.ts';
import { metricsFilters } from '../../../src/compile/http/metrics.ts';
import type { Message } from '../../../src/model/envoy.ts';
import { originsAt } from '../../../src/model/provenance.ts';
import { telemetryYaml } from '../../support/connection-manager.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

const extensionProviders = [{ name: 'prometheus', prometheus: {} }];
const mesh = { extensionProviders, defaultProviders: { metrics: ['prometheus'] } };

function filters(
  yaml: string,
  listenerClass: ListenerClass = 'sidecar-outbound',
  meshConfig: object = mesh,
): Message[] {
  const registry = meshOf(podYaml('shop/client', { labels: { app: 'client' } }) + yaml, { mesh: meshConfig as never });
  return metricsFilters(proxyOf(registry, 'shop/client'), registry, listenerClass);
}

const configOf = (yaml: string, listenerClass?: ListenerClass): Message | undefined =>
  filters(yaml, listenerClass)[0]?.['typed_config'];
const own = (...metrics: object[]): string => telemetryYaml('shop/own', { metrics });
const overrides = (...items: object[]): object => ({ overrides: items });

describe('istio.stats', () => {
  it('stands for a Prometheus provider, by default or by a Telemetry', () => {
    expect(filters('')).toEqual([
      { name: 'istio.stats', typed_config: { '@type': 'type.googleapis.com/stats.PluginConfig' } },
    ]);
    expect(filters('', 'sidecar-outbound', { extensionProviders })).toEqual([]);
    expect(
      filters(own({ providers: [{ name: 'prometheus' }] }), 'sidecar-outbound', { extensionProviders }),
    ).toHaveLength(1);
    expect(filters(own({ providers: [{ name: 'unknown' }] }))).toEqual([]);
  });

  it('does not trust host headers where the client is not known', () => {
    expect(configOf('', 'sidecar-inbound')?.['disable_host_header_fallback']).toBe(true);
    expect(configOf('', 'gateway')?.['disable_host_header_fallback']).toBe(true);
  });

  it('overrides tags of a metric on one side', () => {
    const yaml = own(
      overrides({
        match: { metric: 'REQUEST_COUNT', mode: 'CLIENT' },
        tagOverrides: { method: { value: 'request.method' }, response_flags: { operation: 'REMOVE' } },
      }),
    );
    const config = configOf(yaml);
    expect(config?.['metrics']).toEqual([
      { name: 'requests_total', dimensions: { method: 'request.method' }, tags_to_remove: ['response_flags'] },
    ]);
    expect(configOf(yaml, 'sidecar-inbound')?.['metrics']).toBeUndefined();
    expect(originsAt(config, ['metrics', 0, 'dimensions'])[0]?.path.join('.')).toBe('spec.metrics.0.overrides.0');
  });

  it('drops single metrics, or the filter with all of them', () => {
    expect(configOf(own(overrides({ match: { customMetric: 'mine' }, disabled: true })))?.['metrics']).toEqual([
      { name: 'mine', drop: true },
    ]);
    const off = own(overrides({ match: { metric: 'ALL_METRICS', mode: 'SERVER' }, disabled: true }));
    expect(filters(off, 'sidecar-inbound')).toEqual([]);
    expect(filters(off)).toHaveLength(1);
  });

  it('lets a namespace turn on what the mesh turned off', () => {
    const yaml =
      telemetryYaml('istio-system/mesh', { metrics: [overrides({ disabled: true })] }) +
      own({ ...overrides({ match: { metric: 'REQUEST_SIZE' }, disabled: false }), reportingInterval: '15s' });
    const config = configOf(yaml);
    expect(config?.['tcp_reporting_duration']).toBe('15s');
    expect(config?.['metrics']).toEqual([{ name: 'request_bytes' }]);
  });

  it('flattens an override of all metrics', () => {
    expect(configOf(own(overrides({ tagOverrides: { a: { value: '1' } } })))?.['metrics']).toHaveLength(10);
  });
});
