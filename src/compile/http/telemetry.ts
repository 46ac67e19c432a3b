import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { attaches, isNamespaceWide } from '../policy-attachment.ts';
import type { ListenerClass } from './listener-class.ts';
import { perProxy } from './per-proxy.ts';

/** The parts of a Telemetry's spec that are merged across resources. */
export type TelemetryPart = 'accessLogging' | 'metrics' | 'tracing';

/** `WorkloadMode` of the Telemetry API that a listener stands for; gateways are clients. */
export type WorkloadMode = 'CLIENT' | 'SERVER';

export function workloadMode(listenerClass: ListenerClass): WorkloadMode {
  return listenerClass === 'sidecar-inbound' ? 'SERVER' : 'CLIENT';
}

/**
 * The Telemetries that apply to a proxy, least specific first: the oldest namespace-wide one of the root namespace, that
 * of the proxy's namespace, then those that select the workload, oldest first (istiod's `applicableTelemetries`).
 */
function applicableTelemetries(proxy: Proxy, registry: Registry): Resource[] {
  return perProxy(proxy, registry, 'telemetries', () => findTelemetries(proxy, registry));
}

function findTelemetries(proxy: Proxy, registry: Registry): Resource[] {
  const all = registry.resources('Telemetry');
  const { rootNamespace } = registry.mesh;
  const found: Resource[] = [];
  for (const namespace of new Set([rootNamespace, proxy.namespace])) {
    const wide = all.find((item) => item.metadata.namespace === namespace && isNamespaceWide(item));
    if (wide) found.push(wide);
  }
  for (const item of all)
    if (item.metadata.namespace === proxy.namespace && !isNamespaceWide(item) && attaches(item, proxy, registry))
      found.push(item);
  return found;
}

/** The items of one part of the applicable Telemetries, one list per Telemetry that has any. */
export function telemetryItems(proxy: Proxy, registry: Registry, part: TelemetryPart): JsonObject[][] {
  return applicableTelemetries(proxy, registry)
    .map((item) => item.spec[part])
    .filter((items): items is JsonObject[] => Array.isArray(items) && items.length > 0);
}

/** Names in `providers` of an item of a Telemetry. */
export function providerNames(item: JsonObject): string[] {
  const providers = item['providers'];
  if (!Array.isArray(providers)) return [];
  return providers.map((provider) => (isObject(provider) ? String(provider['name'] ?? '') : ''));
}

/** `MeshConfig.defaultProviders` of one part. */
export function defaultProviders(registry: Registry, part: TelemetryPart): string[] {
  const defaults = registry.mesh['defaultProviders'];
  const names = isObject(defaults) ? defaults[part] : undefined;
  return Array.isArray(names) ? names.map(String) : [];
}

/** The extension provider of this name in `MeshConfig.extensionProviders`; letter case does not matter. */
export function extensionProvider(registry: Registry, name: string): JsonObject | undefined {
  const providers = registry.mesh['extensionProviders'];
  if (!Array.isArray(providers)) return undefined;
  return providers.find(
    (provider): provider is JsonObject =>
      isObject(provider) && String(provider['name'] ?? '').toLowerCase() === name.toLowerCase(),
  );
}
