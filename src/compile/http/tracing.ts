import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { behaviour } from '../version.ts';
import type { ListenerClass } from './listener-class.ts';
import { tracingProvider } from './tracing-provider.ts';
import { tracingSpec } from './tracing-spec.ts';
import { customTags } from './tracing-tags.ts';

/**
 * Sets `tracing` of a connection manager (istiod's `configureTracing`): from Telemetries and `defaultProviders`, else
 * from `MeshConfig.enableTracing` and `ProxyConfig.tracing`.
 *
 * @returns whether the request id decides about sampling
 */
export function configureTracing(
  manager: Message,
  proxy: Proxy,
  registry: Registry,
  listenerClass: ListenerClass,
): boolean {
  const config = isObject(proxy.proxyConfig['tracing']) ? (proxy.proxyConfig['tracing'] as JsonObject) : {};
  const spec = tracingSpec(proxy, registry, listenerClass);
  if (!spec) {
    if (registry.mesh['enableTracing'] !== true) return true;
    const tracing = sampled({}, ...configSampling(config, registry));
    const istioTags = config['enableIstioTags'] !== false;
    setTags(tracing, customTags(proxy, { istioTags, fromProxyConfig: config }));
    setMaxLength(tracing, config);
    manager['tracing'] = derive(tracing, [registry.mesh, 'enableTracing']);
    return true;
  }
  if (spec.disabled || !spec.provider) return true;
  const provided = tracingProvider(proxy, registry, spec.provider);
  if (!provided) return true;
  const tracing: Message = derive({ ...provided.tracing }, spec.provider, ...spec.sources);
  if (provided.customSampler) sampled(tracing, 100, spec.provider);
  else if (spec.randomSamplingPercentage !== undefined)
    sampled(tracing, spec.randomSamplingPercentage.value, spec.randomSamplingPercentage.source);
  else sampled(tracing, ...configSampling(config, registry));
  setTags(
    tracing,
    customTags(proxy, {
      istioTags: spec.enableIstioTags,
      fromTelemetry: spec.customTags,
      fromProxyConfig: config,
    }),
  );
  if (tracing['max_path_tag_length'] === undefined) setMaxLength(tracing, config);
  if (spec.disableContextPropagation && behaviour(registry).noContextPropagation)
    tracing['no_context_propagation'] = true;
  manager['tracing'] = tracing;
  return spec.useRequestIdForTraceSampling;
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
