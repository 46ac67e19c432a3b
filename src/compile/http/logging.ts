import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import type { ListenerClass } from './listener-class.ts';
import type { WorkloadMode } from './telemetry.ts';
import { defaultProviders, providerNames, telemetryItems, workloadMode } from './telemetry.ts';

/** What Telemetries say of one log provider. */
export interface LoggingSpec {
  disabled: boolean;
  filter?: JsonObject;
  sources: Source[];
}

/**
 * What Telemetries and `defaultProviders` say of each log provider, in the order of the names (istiod's
 * `Telemetries.AccessLogging`); some may name no known provider.
 */
export function accessLogging(
  proxy: Proxy,
  registry: Registry,
  listenerClass: ListenerClass,
): [name: string, spec: LoggingSpec][] {
  const items = telemetryItems(proxy, registry, 'accessLogging');
  const defaults = defaultProviders(registry, 'accessLogging');
  const merged = mergeLogs(items, defaults, workloadMode(listenerClass), registry);
  return [...merged].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function matchesMode(item: JsonObject, mode: WorkloadMode): boolean {
  const match = item['match'];
  if (!isObject(match)) return true;
  const wanted = match['mode'] ?? 'CLIENT_AND_SERVER';
  return wanted === 'CLIENT_AND_SERVER' || wanted === mode;
}

/**
 * Merges the logging of several Telemetries, least specific first (`mergeLogs`): the last one that names providers for
 * this mode decides which are in scope; an item without providers inherits those of the item before it.
 */
function mergeLogs(
  telemetries: JsonObject[][],
  defaults: string[],
  mode: WorkloadMode,
  registry: Registry,
): Map<string, LoggingSpec> {
  const merged = new Map<string, LoggingSpec>();
  if (telemetries.length === 0) {
    for (const name of defaults)
      merged.set(name, { disabled: false, sources: [[registry.mesh, 'defaultProviders', 'accessLogging']] });
    return merged;
  }
  let inScope = defaults;
  const filters = new Map<string, JsonObject | undefined>();
  for (const items of telemetries) {
    const named: string[] = [];
    for (const item of items) {
      if (!matchesMode(item, mode)) continue;
      for (const name of providerNames(item)) {
        named.push(name);
        filters.set(name, isObject(item['filter']) ? (item['filter'] as JsonObject) : undefined);
      }
    }
    if (named.length > 0) inScope = named;
  }
  let parents = defaults;
  for (const item of telemetries.flat()) {
    const own = providerNames(item);
    if (own.length > 0) parents = own;
    if (!matchesMode(item, mode)) continue;
    for (const name of parents) {
      if (!inScope.includes(name)) continue;
      const disabled = item['disabled'] === true;
      const filter = disabled ? undefined : filters.get(name);
      merged.set(name, { disabled, ...(filter ? { filter } : {}), sources: [item] });
    }
  }
  return merged;
}
