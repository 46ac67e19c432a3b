import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/model/envoy.ts';
import { originsAt } from '../../../src/model/provenance.ts';
import { connectionManager, type ManagerOptions, telemetryYaml } from '../../support/connection-manager.ts';
import { serviceYaml } from '../../support/outbound.ts';

const service = 'collector.shop.svc.cluster.local';
const cluster = 'outbound|9411||collector.shop.svc.cluster.local';
const at = { service, port: 9411 };
const extensionProviders = [
  { name: 'zipkin', zipkin: { ...at, maxTagLength: 99 } },
  {
    name: 'otel-http',
    opentelemetry: { ...at, http: { path: 'v1/traces', timeout: '3s', headers: [{ name: 'k', value: 'v' }] } },
  },
  { name: 'otel-grpc', opentelemetry: { ...at, resourceDetectors: { environment: {} } } },
  {
    name: 'dynatrace',
    opentelemetry: { ...at, http: { path: '/x' }, dynatraceSampler: { tenant: 't', clusterId: 5 } },
  },
  { name: 'datadog', datadog: at },
  { name: 'skywalking', skywalking: at },
  { name: 'lost', zipkin: { service: 'nowhere.example', port: 1 } },
];
const collector = serviceYaml('collector', '10.1.0.1', [{ name: 'http', port: 9411 }]);
const manager = (yaml: string, options: ManagerOptions = {}): Message =>
  connectionManager(collector + yaml, { ...options, mesh: { extensionProviders, ...options.mesh } });
const tracing = (yaml: string, options: ManagerOptions = {}): Message | undefined => manager(yaml, options)['tracing'];
const own = (...items: object[]): string => telemetryYaml('shop/own', { tracing: items });
const by = (name: string, extra: object = {}): object => ({ providers: [{ name }], ...extra });
const configOf = (name: string, options: ManagerOptions = {}): Message =>
  tracing(own(by(name)), options)?.['provider'].typed_config;
const tags = (message: Message | undefined): string[] =>
  ((message?.['custom_tags'] ?? []) as Message[]).map((tag) => tag['tag']);

describe('tracing by the mesh', () => {
  it('samples by ProxyConfig, else by istiod, and names the proxy', () => {
    expect(tracing('')).toBeUndefined();
    const mesh = { enableTracing: true };
    expect(tracing('', { mesh })).toMatchObject({ client_sampling: { value: 100 }, random_sampling: { value: 1 } });
    const environment = { PILOT_TRACE_SAMPLING: '7.5' };
    expect(tracing('', { mesh, environment })?.['random_sampling']).toEqual({ value: 7.5 });
    const config = 'tracing: {sampling: 12.5, maxPathTagLength: 99, customTags: {x: {literal: {value: y}}}}';
    const configured = tracing('', { mesh, pod: { annotations: { 'proxy.istio.io/config': config } } });
    expect(configured).toMatchObject({ random_sampling: { value: 12.5 }, max_path_tag_length: 99 });
    expect(tags(configured)).toEqual([
      'istio.authorization.dry_run.allow_policy.name',
      'istio.authorization.dry_run.allow_policy.result',
      'istio.authorization.dry_run.deny_policy.name',
      'istio.authorization.dry_run.deny_policy.result',
      'istio.canonical_revision',
      'istio.canonical_service',
      'istio.cluster_id',
      'istio.mesh_id',
      'istio.namespace',
      'x',
    ]);
  });
});

describe('tracing by Telemetries', () => {
  it('takes the provider of the most specific one and each field from the last that sets it', () => {
    const yaml =
      telemetryYaml('istio-system/mesh', { tracing: [by('datadog', { randomSamplingPercentage: 10 })] }) +
      own(by('zipkin'), { enableIstioTags: false, useRequestIdForTraceSampling: false });
    const made = manager(yaml);
    expect(made['tracing'].provider.name).toBe('envoy.tracers.zipkin');
    expect(made['tracing'].random_sampling).toEqual({ value: 10 });
    expect(made['tracing'].custom_tags).toBeUndefined();
    expect(made['request_id_extension'].typed_config.use_request_id_for_trace_sampling).toBe(false);
    const [origin] = originsAt(made, ['tracing', 'random_sampling', 'value']);
    expect([origin?.resource.metadata.name, origin?.path.join('.')]).toEqual([
      'mesh',
      'spec.tracing.0.randomSamplingPercentage',
    ]);
  });

  it('is for one side where a mode is given', () => {
    const yaml = own(by('zipkin', { match: { mode: 'SERVER' } }));
    expect(tracing(yaml)).toBeUndefined();
    expect(tracing(yaml, { class: 'sidecar-inbound' })).toBeDefined();
  });

  it('traces nothing where it is turned off, or no provider can be found', () => {
    const mesh = { enableTracing: true };
    expect(tracing(own(by('zipkin', { disableSpanReporting: true })), { mesh })).toBeUndefined();
    expect(tracing(own(by('lost')), { mesh })).toBeUndefined();
    expect(tracing(own({ randomSamplingPercentage: 5 }), { mesh })).toBeUndefined();
  });

  it('writes custom tags in the order of their names, in place of those of the ProxyConfig', () => {
    const customTags = {
      c: { header: { name: 'x-c', defaultValue: 'none' } },
      b: { environment: { name: 'B' } },
      a: { literal: { value: '1' } },
      d: { formatter: { value: '%PROTOCOL%' } },
    };
    const made = tracing(own(by('zipkin', { enableIstioTags: false, customTags })));
    expect(made?.['custom_tags']).toEqual([
      { tag: 'a', literal: { value: '1' } },
      { tag: 'b', environment: { name: 'B' } },
      { tag: 'c', request_header: { name: 'x-c', default_value: 'none' } },
      { tag: 'd', value: '%PROTOCOL%' },
    ]);
  });

  it('stops the propagation of contexts from the version on that can', () => {
    const yaml = own(by('zipkin', { disableContextPropagation: true }));
    expect(tracing(yaml, { version: '1.32.0' })?.['no_context_propagation']).toBe(true);
    expect(tracing(yaml, { version: '1.29.0' })?.['no_context_propagation']).toBeUndefined();
  });
});

describe('tracing providers', () => {
  it('reports to Zipkin by an HTTP service', () => {
    expect(configOf('zipkin')).toMatchObject({
      collector_service: { http_uri: { uri: `http://${service}/api/v2/spans`, cluster, timeout: '5s' } },
      trace_id_128bit: true,
    });
    expect(tracing(own(by('zipkin')))?.['max_path_tag_length']).toBe(99);
  });

  it('reports to OpenTelemetry by HTTP or gRPC', () => {
    expect(configOf('otel-http')).toMatchObject({
      service_name: 'client.shop',
      http_service: {
        http_uri: { uri: `${service}/v1/traces`, cluster, timeout: '3s' },
        request_headers_to_add: [{ append_action: 'OVERWRITE_IF_EXISTS_OR_ADD', header: { key: 'k', value: 'v' } }],
      },
    });
    const grpc = configOf('otel-grpc');
    expect(grpc['grpc_service']).toEqual({ envoy_grpc: { cluster_name: cluster, authority: service } });
    expect(grpc['resource_detectors']).toHaveLength(1);
  });

  it('leaves sampling to a sampler of its own', () => {
    const made = tracing(own(by('dynatrace', { randomSamplingPercentage: 3 })));
    expect(made?.['random_sampling']).toEqual({ value: 100 });
    expect(made?.['provider'].typed_config.sampler.typed_config).toMatchObject({
      tenant: 't',
      http_service: { http_uri: { uri: `${service}/api/v2/samplingConfiguration` } },
    });
  });

  it('names the proxy to Datadog, and starts spans for SkyWalking', () => {
    expect(configOf('datadog')).toMatchObject({ collector_cluster: cluster, service_name: 'client.shop' });
    expect(tracing(own(by('skywalking')))?.['spawn_upstream_span']).toBe(true);
    expect(tracing(own(by('datadog')))?.['spawn_upstream_span']).toBeUndefined();
  });
});
