import type { Message } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject, objects } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import { headerValue, httpService, joinPath } from './http-service.ts';
import { providerCluster } from './provider-cluster.ts';
import { serviceCluster } from './service-cluster.ts';
import { any } from './typed-config.ts';

const detector = (name: string, type: string): Message => ({
  name: `envoy.tracers.opentelemetry.resource_detectors.${name}`,
  typed_config: any(`envoy.extensions.tracers.opentelemetry.resource_detectors.v3.${type}`),
});

/**
 * An OpenTelemetry tracer's config (istiod's `otelConfig`).
 *
 * @returns undefined where the collector's service is not known
 */
export function openTelemetry(
  proxy: Proxy,
  registry: Registry,
  config: JsonObject,
): { config: Message; customSampler: boolean } | undefined {
  const target = providerCluster(registry, config['service'], config['port']);
  if (!target) return undefined;
  const enriched =
    behaviour(registry).serviceAttributeEnrichment &&
    config['serviceAttributeEnrichment'] === 'OTEL_SEMANTIC_CONVENTIONS';
  const message: Message = { service_name: enriched ? semanticServiceName(proxy) : serviceCluster(proxy) };
  const http = isObject(config['http']) ? (config['http'] as JsonObject) : undefined;
  if (http) {
    const uri = joinPath(target.hostname, String(http['path'] ?? ''));
    message['http_service'] = httpService(registry, uri, target.cluster, envoyDuration(http['timeout']), http);
  } else {
    const grpc = isObject(config['grpc']) ? config['grpc'] : {};
    const timeout = envoyDuration(grpc['timeout']);
    const metadata = objects(grpc['initialMetadata']);
    message['grpc_service'] = {
      envoy_grpc: { cluster_name: target.cluster, authority: target.hostname },
      ...(timeout ? { timeout } : {}),
      ...(metadata.length > 0
        ? { initial_metadata: metadata.map((item) => ({ key: item['name'], value: headerValue(item, registry) })) }
        : {}),
    };
  }
  const detectors = isObject(config['resourceDetectors']) ? config['resourceDetectors'] : {};
  const found: Message[] = [];
  if (isObject(detectors['environment'])) found.push(detector('environment', 'EnvironmentResourceDetectorConfig'));
  if (isObject(detectors['dynatrace'])) found.push(detector('dynatrace', 'DynatraceResourceDetectorConfig'));
  if (enriched && !isObject(detectors['environment']))
    found.push(detector('environment', 'EnvironmentResourceDetectorConfig'));
  if (found.length > 0) message['resource_detectors'] = found;
  const dynatrace = isObject(config['dynatraceSampler']) ? (config['dynatraceSampler'] as JsonObject) : undefined;
  if (dynatrace) {
    const sampler = dynatraceSampler(registry, target, http, dynatrace);
    if (!sampler) return undefined;
    message['sampler'] = sampler;
  }
  return { config: any('envoy.config.trace.v3.OpenTelemetryConfig', message), customSampler: dynatrace !== undefined };
}

/** The Dynatrace sampler asks an API: its own, or the one that spans are exported to (`configureDynatraceSampler`). */
function dynatraceSampler(
  registry: Registry,
  exporter: { hostname: string; cluster: string },
  http: JsonObject | undefined,
  config: JsonObject,
): Message | undefined {
  const own = isObject(config['httpService']) ? (config['httpService'] as JsonObject) : undefined;
  const target = own ? providerCluster(registry, own['service'], own['port']) : exporter;
  const api = own && isObject(own['http']) ? (own['http'] as JsonObject) : own ? {} : http;
  if (!target || !api) return undefined;
  const path = own ? String(api['path'] ?? '') : 'api/v2/samplingConfiguration';
  const rootSpans = Number(config['rootSpansPerMinute'] ?? 0);
  return {
    name: 'envoy.tracers.opentelemetry.samplers.dynatrace',
    typed_config: any('envoy.extensions.tracers.opentelemetry.samplers.v3.DynatraceSamplerConfig', {
      tenant: config['tenant'] ?? '',
      cluster_id: config['clusterId'] ?? 0,
      http_service: httpService(
        registry,
        joinPath(target.hostname, path),
        target.cluster,
        envoyDuration(api['timeout']),
        api,
      ),
      ...(rootSpans !== 0 ? { root_spans_per_minute: rootSpans } : {}),
    }),
  };
}

/** `service.name` by OpenTelemetry's conventions for Kubernetes (`otelServiceName`). */
function semanticServiceName(proxy: Proxy): string {
  return (
    proxy.annotations['resource.opentelemetry.io/service.name'] ||
    proxy.labels['app.kubernetes.io/instance'] ||
    proxy.labels['app.kubernetes.io/name'] ||
    proxy.workloadName ||
    proxy.podName
  );
}
