import type { Message } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import type { ListenerClass } from './listener-class.ts';
import { perProxy } from './per-proxy.ts';
import { tracingProvider } from './tracing-provider.ts';
import { type TracingSpec, tracingSpec } from './tracing-spec.ts';
import { customTags } from './tracing-tags.ts';

/** Tracing of connection managers of one class. */
export interface Tracing {
  /** Value of `tracing`; undefined where nothing is traced. */
  message?: Message;
  /** Whether the request id decides about sampling. */
  sampleByRequestId: boolean;
}

/**
 * Tracing of a connection manager (istiod's `configureTracing`): from Telemetries and `defaultProviders`, else from
 * `MeshConfig.enableTracing` and `ProxyConfig.tracing`.
 */
export function tracing(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): Tracing {
  return perProxy(proxy, registry, `tracing ${listenerClass}`, () => {
    const spec = tracingSpec(proxy, registry, listenerClass);
    return spec ? fromTelemetry(proxy, registry, spec) : fromMesh(proxy, registry);
  });
}

function configOf(proxy: Proxy): JsonObject {
  return isObject(proxy.proxyConfig['tracing']) ? (proxy.proxyConfig['tracing'] as JsonObject) : {};
}

function fromMesh(proxy: Proxy, registry: Registry): Tracing {
  if (registry.mesh['enableTracing'] !== true) return { sampleByRequestId: true };
  const config = configOf(proxy);
  const message = sampled({}, ...configSampling(config, registry));
  setTags(message, customTags(proxy, { istioTags: config['enableIstioTags'] !== false, fromProxyConfig: config }));
  setMaxLength(message, config);
  return { message: derive(message, [registry.mesh, 'enableTracing']), sampleByRequestId: true };
}

function fromTelemetry(proxy: Proxy, registry: Registry, spec: TracingSpec): Tracing {
  const provided = spec.disabled || !spec.provider ? undefined : tracingProvider(proxy, registry, spec.provider);
  if (!provided) return { sampleByRequestId: true };
  const config = configOf(proxy);
  const message: Message = derive({ ...provided.tracing }, spec.provider, ...spec.sources);
  const own = spec.randomSamplingPercentage;
  if (provided.customSampler) sampled(message, 100, spec.provider);
  else if (own !== undefined) sampled(message, own.value, own.source);
  else sampled(message, ...configSampling(config, registry));
  const { enableIstioTags: istioTags, customTags: ownTags } = spec;
  setTags(message, customTags(proxy, { istioTags, fromTelemetry: ownTags, fromProxyConfig: config }));
  if (message['max_path_tag_length'] === undefined) setMaxLength(message, config);
  if (spec.disableContextPropagation && behaviour(registry).noContextPropagation)
    message['no_context_propagation'] = true;
  return { message, sampleByRequestId: spec.useRequestIdForTraceSampling };
}

/** `ProxyConfig.tracing.sampling`, else PILOT_TRACE_SAMPLING (`proxyConfigSamplingValue`). */
function configSampling(config: JsonObject, registry: Registry): [number, Source] {
  const own = config['sampling'];
  if (typeof own === 'number' && own !== 0) return [own > 100 ? 1 : own, [config, 'sampling']];
  const sampling = Number(registry.environment.text('PILOT_TRACE_SAMPLING', '1'));
  return [sampling >= 0 && sampling <= 100 ? sampling : 1, undefined];
}

function sampled(tracing: Message, percentage: number, source: Source): Message {
  tracing['client_sampling'] = { value: 100 };
  tracing['overall_sampling'] = { value: 100 };
  tracing['random_sampling'] = derive({ value: percentage }, source);
  return tracing;
}

function setTags(tracing: Message, tags: Message[]): void {
  if (tags.length > 0) tracing['custom_tags'] = tags;
}

function setMaxLength(tracing: Message, config: JsonObject): void {
  const length = config['maxPathTagLength'];
  if (typeof length !== 'number' || length === 0) return;
  tracing['max_path_tag_length'] = length;
  deriveField(tracing, 'max_path_tag_length', [config, 'maxPathTagLength']);
}
