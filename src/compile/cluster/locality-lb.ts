import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { deriveField } from '../../model/provenance.ts';
import type { Service } from '../../registry/types.ts';
import { applyLocality } from '../endpoint/locality-priority.ts';
import { listOf, localitySettings } from '../endpoint/locality-settings.ts';
import type { ClusterContext } from './context.ts';
import type { ClusterDraft } from './draft.ts';

/**
 * Locality settings on a cluster (istiod's `ApplyToCluster`): weights per locality where they are asked for, zone-aware
 * routing, and the order of localities in a load assignment that stands inside the cluster.
 */
export function applyLocalityToCluster(
  context: ClusterContext,
  draft: ClusterDraft,
  service: Service,
  loadBalancer: JsonObject | undefined,
): void {
  const { cluster } = draft;
  const common = cluster['common_lb_config'] as Message;
  const effective = localitySettings(context.registry, loadBalancer, service);
  const outlierDetection = cluster['outlier_detection'] !== undefined;
  if (effective?.kind === 'zone-aware') {
    const size = effective.setting['minClusterSize'];
    common['zone_aware_lb_config'] = {
      ...(effective.force ? {} : { routing_enabled: { value: 0 } }),
      ...(size === undefined || size === null ? {} : { min_cluster_size: String(size) }),
    };
    deriveField(common, 'zone_aware_lb_config', effective.setting);
    if (!effective.force) return;
  } else {
    const setting = effective?.setting;
    const failover =
      (effective?.force || outlierDetection) && (listOf(setting, 'failover') ?? listOf(setting, 'failoverPriority'));
    if (
      context.registry.environment.flag('ENABLE_LOCALITY_WEIGHTED_LB_CONFIG', false) ||
      failover ||
      listOf(setting, 'distribute')
    ) {
      common['locality_weighted_lb_config'] = {};
      deriveField(common, 'locality_weighted_lb_config', setting);
    }
  }
  const assignment = cluster['load_assignment'] as Message | undefined;
  if (!assignment || !effective) return;
  const groups = context.behaviour.failoverPriorityOfDns ? draft.groups : undefined;
  assignment['endpoints'] = applyLocality(
    (assignment['endpoints'] ?? []) as Message[],
    groups,
    context.proxy,
    context.registry,
    effective,
    outlierDetection,
  );
}
