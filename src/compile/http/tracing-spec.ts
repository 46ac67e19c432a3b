import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import type { ListenerClass } from './listener-class.ts';
import { defaultProviders, extensionProvider, providerNames, telemetryItems, workloadMode } from './telemetry.ts';

/** Tracing of one mode after all Telemetries are merged (istiod's `TracingSpec`). */
export interface TracingSpec {
  disabled: boolean;
  provider?: JsonObject;
  randomSamplingPercentage?: { value: number; source: Source };
  customTags?: JsonObject;
  enableIstioTags: boolean;
  useRequestIdForTraceSampling: boolean;
  disableContextPropagation: boolean;
  sources: Source[];
}

/**
 * Merges the tracing of the applicable Telemetries for a listener, the last word on each field counting
 * (`Telemetries.Tracing`).
 *
 * @returns undefined where neither a Telemetry nor `defaultProviders.tracing` says anything
 */
export function tracingSpec(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): TracingSpec | undefined {
  const items = telemetryItems(proxy, registry, 'tracing').flat();
  const [byDefault] = defaultProviders(registry, 'tracing');
  if (items.length === 0 && byDefault === undefined) return undefined;
  const mode = workloadMode(listenerClass);
  const spec: TracingSpec = {
    disabled: false,
    enableIstioTags: true,
    useRequestIdForTraceSampling: true,
    disableContextPropagation: false,
    sources: [],
  };
  const setProvider = (provider: JsonObject | undefined): void => {
    delete spec.provider;
    if (provider) spec.provider = provider;
  };
  if (byDefault !== undefined) setProvider(extensionProvider(registry, byDefault));
  for (const item of items) {
    const match = isObject(item['match']) ? (item['match']['mode'] ?? 'CLIENT_AND_SERVER') : 'CLIENT_AND_SERVER';
    if (match !== 'CLIENT_AND_SERVER' && match !== mode) continue;
    spec.sources.push(item);
    const [name] = providerNames(item);
    if (name !== undefined) setProvider(extensionProvider(registry, name));
    if (typeof item['disableSpanReporting'] === 'boolean') spec.disabled = item['disableSpanReporting'];
    if (isObject(item['customTags'])) spec.customTags = item['customTags'] as JsonObject;
    if (typeof item['randomSamplingPercentage'] === 'number')
      spec.randomSamplingPercentage = {
        value: item['randomSamplingPercentage'],
        source: [item, 'randomSamplingPercentage'],
      };
    if (typeof item['useRequestIdForTraceSampling'] === 'boolean')
      spec.useRequestIdForTraceSampling = item['useRequestIdForTraceSampling'];
    if (typeof item['enableIstioTags'] === 'boolean') spec.enableIstioTags = item['enableIstioTags'];
    if (typeof item['disableContextPropagation'] === 'boolean')
      spec.disableContextPropagation = item['disableContextPropagation'];
  }
  if (!spec.provider) spec.disabled = true;
  return spec;
}
