import type { Message } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import { httpService } from './http-service.ts';
import { providerCluster } from './provider-cluster.ts';
import { serviceCluster } from './service-cluster.ts';
import { openTelemetry } from './tracing-opentelemetry.ts';
import { any } from './typed-config.ts';

/** `tracing` with its provider, and whether that brings a sampler of its own. */
export interface ProvidedTracing {
  tracing: Message;
  customSampler: boolean;
}

/**
 * Tracing as an extension provider wants it (istiod's `configureFromProviderConfig`).
 *
 * @returns undefined for a provider that does not trace or whose service is not known: nothing is traced then
 */
export function tracingProvider(proxy: Proxy, registry: Registry, provider: JsonObject): ProvidedTracing | undefined {
  const config = (kind: string): JsonObject | undefined =>
    isObject(provider[kind]) ? (provider[kind] as JsonObject) : undefined;
  const spansUpstream =
    proxy.type === 'router' &&
    (!behaviour(registry).upstreamSpanFlag || registry.environment.flag('PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY', true));
  const build = (
    name: string,
    own: JsonObject,
    typed: Message | undefined,
    options: { startChildSpan?: boolean; customSampler?: boolean } = {},
  ): ProvidedTracing | undefined => {
    if (!typed) return undefined;
    const tracing: Message = { provider: { name, typed_config: typed } };
    if (spansUpstream || options.startChildSpan) tracing['spawn_upstream_span'] = true;
    const length = own['maxTagLength'];
    if (typeof length === 'number' && length !== 0 && name !== 'envoy.tracers.skywalking')
      tracing['max_path_tag_length'] = length;
    return { tracing, customSampler: options.customSampler ?? false };
  };

  const zipkin = config('zipkin');
  if (zipkin) return build('envoy.tracers.zipkin', zipkin, zipkinConfig(proxy, registry, zipkin));
  const datadog = config('datadog');
  if (datadog) return build('envoy.tracers.datadog', datadog, datadogConfig(proxy, registry, datadog));
  const skywalking = config('skywalking');
  if (skywalking)
    return build('envoy.tracers.skywalking', skywalking, skywalkingConfig(registry, skywalking), {
      startChildSpan: true,
    });
  const otel = config('opentelemetry');
  const built = otel && openTelemetry(proxy, registry, otel);
  return otel && built && build('envoy.tracers.opentelemetry', otel, built.config, built);
}

function zipkinConfig(proxy: Proxy, registry: Registry, config: JsonObject): Message | undefined {
  const target = providerCluster(registry, config['service'], config['port']);
  if (!target) return undefined;
  const path = String(config['path'] || '/api/v2/spans');
  const minor = Number(/^1\.(\d+)/.exec(proxy.istioVersion)?.[1] ?? Number.POSITIVE_INFINITY);
  const message: Message = { collector_endpoint_version: 'HTTP_JSON', shared_span_context: false };
  if (config['enable64bitTraceId'] !== true) message['trace_id_128bit'] = true;
  if (minor >= 29) {
    const timeout = envoyDuration(config['timeout']) ?? '5s';
    message['collector_service'] = httpService(
      registry,
      `http://${target.hostname}${path}`,
      target.cluster,
      timeout,
      config,
    );
  } else {
    message['collector_cluster'] = target.cluster;
    message['collector_endpoint'] = path;
    message['collector_hostname'] = target.hostname;
  }
  if (minor >= 28 && config['traceContextOption'] === 'USE_B3_WITH_W3C_PROPAGATION')
    message['trace_context_option'] = 'USE_B3_WITH_W3C_PROPAGATION';
  return any('envoy.config.trace.v3.ZipkinConfig', message);
}

function datadogConfig(proxy: Proxy, registry: Registry, config: JsonObject): Message | undefined {
  const target = providerCluster(registry, config['service'], config['port']);
  if (!target) return undefined;
  return any('envoy.config.trace.v3.DatadogConfig', {
    collector_cluster: target.cluster,
    service_name: serviceCluster(proxy),
    collector_hostname: target.hostname,
  });
}

function skywalkingConfig(registry: Registry, config: JsonObject): Message | undefined {
  const target = providerCluster(registry, config['service'], config['port']);
  if (!target) return undefined;
  return any('envoy.config.trace.v3.SkyWalkingConfig', {
    grpc_service: { envoy_grpc: { cluster_name: target.cluster, authority: target.hostname } },
  });
}
