import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import type { WorkloadMode } from './telemetry.ts';
import { providerNames } from './telemetry.ts';

/** What Telemetries change about one metric of a provider. A tag with an undefined value is removed. */
interface MetricOverride {
  disabled: boolean;
  tags: Record<string, string | undefined>;
  sources: Source[];
}

/** The metrics of one provider for one mode. */
export interface Metrics {
  disabled: boolean;
  reportingInterval?: unknown;
  overrides: Map<string, MetricOverride>;
}

const allMetrics = [
  'GRPC_REQUEST_MESSAGES',
  'GRPC_RESPONSE_MESSAGES',
  'REQUEST_COUNT',
  'REQUEST_DURATION',
  'REQUEST_SIZE',
  'RESPONSE_SIZE',
  'TCP_CLOSED_CONNECTIONS',
  'TCP_OPENED_CONNECTIONS',
  'TCP_RECEIVED_BYTES',
  'TCP_SENT_BYTES',
];

/** The metrics that an override names; without a name, all of them. */
function matchedMetrics(match: JsonObject): string[] {
  if (typeof match['customMetric'] === 'string') return [match['customMetric']];
  const metric = match['metric'];
  return typeof metric === 'string' && metric !== 'ALL_METRICS' ? [metric] : allMetrics;
}

function appliesTo(match: JsonObject, mode: WorkloadMode): boolean {
  const wanted = match['mode'] ?? 'CLIENT_AND_SERVER';
  return wanted === 'CLIENT_AND_SERVER' || wanted === mode;
}

/**
 * Merges the metrics of all applicable Telemetries, least specific first, for one mode (istiod's `mergeMetrics`). The
 * last item that names providers decides which are in scope; an item without providers means those of the item before.
 */
export function mergeMetrics(items: JsonObject[], defaults: string[], mode: WorkloadMode): Map<string, Metrics> {
  const merged = new Map<string, Metrics>();
  const start = (): Metrics => ({ disabled: false, overrides: new Map() });
  if (items.length === 0) for (const name of defaults) merged.set(name, start());
  let inScope = defaults;
  for (const item of items) {
    const names = providerNames(item);
    if (names.length > 0) inScope = names;
  }
  let parents = defaults;
  for (const item of items) {
    const own = providerNames(item);
    if (own.length > 0) parents = own;
    for (const name of parents) {
      if (!inScope.includes(name)) continue;
      const metrics = merged.get(name) ?? start();
      merged.set(name, metrics);
      if (item['reportingInterval'] !== undefined) metrics.reportingInterval = item['reportingInterval'];
      for (const override of Array.isArray(item['overrides']) ? item['overrides'] : [])
        if (isObject(override)) applyOverride(metrics, override as JsonObject, mode);
    }
  }
  // A disabled provider has no filter; what was overridden before or after does not matter then.
  return merged;
}

function applyOverride(metrics: Metrics, override: JsonObject, mode: WorkloadMode): void {
  const match = (isObject(override['match']) ? override['match'] : {}) as JsonObject;
  if (!appliesTo(match, mode)) return;
  const all = typeof match['customMetric'] !== 'string' && (match['metric'] ?? 'ALL_METRICS') === 'ALL_METRICS';
  if (all && override['disabled'] === true) {
    metrics.disabled = true;
    return;
  }
  metrics.disabled = false;
  const tagOverrides = isObject(override['tagOverrides']) ? override['tagOverrides'] : {};
  for (const name of matchedMetrics(match)) {
    const entry = metrics.overrides.get(name) ?? { disabled: false, tags: {}, sources: [] };
    metrics.overrides.set(name, entry);
    if (typeof override['disabled'] === 'boolean') entry.disabled = override['disabled'];
    entry.sources.push(override);
    for (const [tag, change] of Object.entries(tagOverrides)) {
      const remove = isObject(change) && change['operation'] === 'REMOVE';
      entry.tags[tag] = remove ? undefined : String((isObject(change) && change['value']) || '');
    }
  }
}
