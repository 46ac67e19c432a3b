import type { Filter, Message } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { derive } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import type { ListenerClass } from './listener-class.ts';
import { mergeMetrics } from './metrics-merge.ts';
import { perProxy } from './per-proxy.ts';
import { defaultProviders, extensionProvider, telemetryItems, workloadMode } from './telemetry.ts';
import { extension } from './typed-config.ts';

const prometheusNames: Record<string, string> = {
  REQUEST_COUNT: 'requests_total',
  REQUEST_DURATION: 'request_duration_milliseconds',
  REQUEST_SIZE: 'request_bytes',
  RESPONSE_SIZE: 'response_bytes',
  TCP_OPENED_CONNECTIONS: 'tcp_connections_opened_total',
  TCP_CLOSED_CONNECTIONS: 'tcp_connections_closed_total',
  TCP_SENT_BYTES: 'tcp_sent_bytes_total',
  TCP_RECEIVED_BYTES: 'tcp_received_bytes_total',
  GRPC_REQUEST_MESSAGES: 'request_messages_total',
  GRPC_RESPONSE_MESSAGES: 'response_messages_total',
};

/**
 * The `istio.stats` filters of a listener, one for each Prometheus provider in the order of their names; the same for
 * HTTP and TCP (istiod's `Telemetries.telemetryFilters` and `generateStatsConfig`).
 */
export function metricsFilters(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): Filter[] {
  return perProxy(proxy, registry, `metrics ${listenerClass}`, () => statsFilters(proxy, registry, listenerClass));
}

function statsFilters(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): Filter[] {
  const items = telemetryItems(proxy, registry, 'metrics').flat();
  const merged = mergeMetrics(items, defaultProviders(registry, 'metrics'), workloadMode(listenerClass));
  const filters: Filter[] = [];
  for (const name of [...merged.keys()].sort()) {
    const metrics = merged.get(name);
    const provider = extensionProvider(registry, name);
    if (!metrics || metrics.disabled || !provider || !isObject(provider['prometheus'])) continue;
    const config: Message = {};
    if (listenerClass !== 'sidecar-outbound') config['disable_host_header_fallback'] = true;
    const interval = envoyDuration(metrics.reportingInterval);
    if (interval) config['tcp_reporting_duration'] = interval;
    const overrides = [...metrics.overrides].sort(([a], [b]) => (a < b ? -1 : 1));
    if (overrides.length > 0)
      config['metrics'] = overrides.map(([metric, override]) => {
        const message: Message = { name: prometheusNames[metric] ?? metric };
        const tags = Object.entries(override.tags).sort(([a], [b]) => (a < b ? -1 : 1));
        const dimensions = tags.filter(([, value]) => value !== undefined);
        const removed = tags.filter(([, value]) => value === undefined).map(([tag]) => tag);
        if (dimensions.length > 0) message['dimensions'] = Object.fromEntries(dimensions);
        if (removed.length > 0) message['tags_to_remove'] = removed;
        if (override.disabled) message['drop'] = true;
        return derive(message, ...override.sources);
      });
    const sources = items.length > 0 ? items : [[registry.mesh, 'defaultProviders', 'metrics'] as const];
    const filter = extension('istio.stats', 'stats.PluginConfig', config);
    filters.push(derive(filter, ...sources));
  }
  return filters;
}
