import type { Cluster, Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { deriveField, type Source } from '../../model/provenance.ts';
import type { Service, ServicePort } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import { sendsUnhealthyEndpoints } from '../endpoint/health.ts';
import { type ClusterContext, messageOf } from './context.ts';
import { type ClusterDraft, setLbConfig } from './draft.ts';
import { applyLocalityToCluster } from './locality-lb.ts';

/**
 * Applies `loadBalancer` (istiod's `applyLoadBalancer`): locality settings, the algorithm with its warm-up, consistent
 * hashing. Without it Istio takes LEAST_REQUEST, not Envoy's ROUND_ROBIN.
 *
 * @param absent what decided that there is no `loadBalancer`, where something did
 */
export function applyLoadBalancer(
  context: ClusterContext,
  draft: ClusterDraft,
  service: Service,
  port: ServicePort,
  settings: JsonObject | undefined,
  absent?: Source,
): void {
  const { cluster } = draft;
  if (context.behaviour.keepsProvidedLbPolicy && cluster['lb_policy'] === 'CLUSTER_PROVIDED') return;
  const common = cluster['common_lb_config'] as Message;
  const keeps = context.behaviour.keepsPanicThreshold && common['healthy_panic_threshold'] !== undefined;
  if (!keeps && sendsUnhealthyEndpoints(context.registry, service)) common['healthy_panic_threshold'] = { value: 0 };
  applyLocalityToCluster(context, draft, service, settings);

  const simple = settings?.['simple'];
  const source: Source = settings && simple !== undefined ? [settings, 'simple'] : (absent ?? settings);
  if (cluster['type'] === 'ORIGINAL_DST') {
    cluster['lb_policy'] = 'CLUSTER_PROVIDED';
    return;
  }
  deriveField(cluster, 'lb_policy', source);
  if (port.protocol === 'Redis' && context.registry.environment.flag('PILOT_ENABLE_REDIS_FILTER', false)) {
    cluster['lb_policy'] = 'MAGLEV';
    return;
  }
  switch (simple) {
    case 'RANDOM':
      cluster['lb_policy'] = 'RANDOM';
      break;
    case 'ROUND_ROBIN':
      cluster['lb_policy'] = 'ROUND_ROBIN';
      applyWarmup(cluster, 'round_robin_lb_config', settings);
      break;
    case 'PASSTHROUGH':
      cluster['lb_policy'] = 'CLUSTER_PROVIDED';
      cluster['type'] = 'ORIGINAL_DST';
      delete cluster['load_assignment'];
      for (const field of ['type', 'eds_cluster_config', 'load_assignment']) deriveField(cluster, field, source);
      break;
    default:
      cluster['lb_policy'] = 'LEAST_REQUEST';
      applyWarmup(cluster, 'least_request_lb_config', settings);
  }
  const hash = messageOf(settings?.['consistentHash']);
  if (hash) applyConsistentHash(cluster, hash);
}

/** Slow start: new endpoints get their share of the traffic little by little. */
function applyWarmup(cluster: Cluster, field: string, settings: JsonObject | undefined): void {
  const warmup = messageOf(settings?.['warmup']);
  if (warmup) {
    const config: Message = {
      slow_start_window: envoyDuration(warmup['duration']),
      aggression: { default_value: Number(warmup['aggression'] ?? 1), runtime_key: '(' },
      min_weight_percent: { value: Number(warmup['minimumPercent'] ?? 10) },
    };
    deriveField(config, 'slow_start_window', [warmup, 'duration']);
    deriveField(config, 'aggression', [warmup, 'aggression']);
    deriveField(config, 'min_weight_percent', [warmup, 'minimumPercent']);
    setLbConfig(cluster, field, { slow_start_config: config });
    deriveField(cluster, field, warmup);
    return;
  }
  const window = envoyDuration(settings?.['warmupDurationSecs']);
  if (!settings || !window) return;
  setLbConfig(cluster, field, { slow_start_config: { slow_start_window: window } });
  deriveField(cluster, field, [settings, 'warmupDurationSecs']);
}

/**
 * Consistent hashing by ring or Maglev (istiod's `ApplyRingHashLoadBalancer`). What is hashed stands in the routes.
 * The deprecated `minimumRingSize` of the block itself has 1024 for a default, as Envoy has.
 */
function applyConsistentHash(cluster: Cluster, hash: JsonObject): void {
  const maglev = messageOf(hash['maglev']);
  const ring = messageOf(hash['ringHash']);
  const set = (policy: string, source: Source, field?: string, config?: Message): void => {
    cluster['lb_policy'] = policy;
    deriveField(cluster, 'lb_policy', source);
    if (!field || !config) return;
    setLbConfig(cluster, field, config);
    deriveField(cluster, field, source);
  };
  const size = (value: unknown): string | undefined => (Number(value ?? 0) === 0 ? undefined : String(value));
  if (maglev) {
    const table = size(maglev['tableSize']);
    const config = { table_size: table };
    deriveField(config, 'table_size', [maglev, 'tableSize']);
    set('MAGLEV', maglev, table && 'maglev_lb_config', config);
    return;
  }
  const minimum = size((ring ?? hash)['minimumRingSize']);
  const config = { minimum_ring_size: ring ? minimum : (minimum ?? '1024') };
  if (minimum) deriveField(config, 'minimum_ring_size', [ring ?? hash, 'minimumRingSize']);
  set('RING_HASH', ring ?? hash, config.minimum_ring_size && 'ring_hash_lb_config', config);
}
