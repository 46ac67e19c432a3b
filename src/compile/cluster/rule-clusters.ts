import type { Cluster } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { DestinationRule, Service, ServicePort } from '../../registry/types.ts';
import { dnsGroups } from '../endpoint/dns-groups.ts';
import { applyEds, type DiscoveryType, serviceCluster } from './base-cluster.ts';
import { noteSource } from './cluster-source.ts';
import { type ClusterContext, messageOf } from './context.ts';
import { type ClusterDraft, finish } from './draft.ts';
import { applyMetadataExchange } from './filters.ts';
import { addAlpnOverride, addConfig, istioMetadata } from './metadata.ts';
import { outboundClusterName, sniClusterName } from './name.ts';
import { applyOutboundPolicy, type OutboundOptions } from './outbound-policy.ts';
import { serverMtlsMode } from './server-mode.ts';
import { mergeSubsetPolicy, policyForPort, type TrafficPolicy, withMeshDefaults } from './traffic-policy.ts';
import { markUncertainTls } from './uncertain-tls.ts';

/** `outbound`: an ordinary cluster. `sni-dnat`: one that passes TLS on as it is, for AUTO_PASSTHROUGH gateways. */
export type ClusterMode = 'outbound' | 'sni-dnat';

/**
 * Applies the rule of a host to the cluster of one of its ports and builds the clusters of the rule's subsets (istiod's
 * `applyDestinationRule`). The mode `sni-dnat` knows no identities.
 */
export function applyDestinationRule(
  context: ClusterContext,
  draft: ClusterDraft,
  mode: ClusterMode,
  service: Service,
  port: ServicePort,
  rule: DestinationRule | undefined,
  serviceAccounts: readonly string[],
): Cluster[] {
  const { cluster } = draft;
  const written = messageOf(rule?.spec['trafficPolicy']);
  const policy = withMeshDefaults(context.mesh, policyForPort(written, port.port));
  const ruleHasSelector = isObject(rule?.spec['workloadSelector']);
  const options: OutboundOptions = { service, port };
  if (mode === 'outbound')
    options.tls = {
      sni: draft.dynamicForwardProxy ? '' : sniClusterName(service.hostname, port.port),
      serviceAccounts,
      serverMode: serverMtlsMode(context, service, port, written),
      ruleHasSelector,
    };
  applyOutboundPolicy(context, draft, policy, options);
  markUncertainTls(context, draft, policy, options);
  applyEds(cluster);
  applyMetadataExchange(cluster, context.registry);
  if (service.meshExternal) istioMetadata(cluster)['external'] = true;
  addRule(cluster, rule, policy);
  if (draft.dynamicForwardProxy) return [];

  // Taken after the policy: a host's PASSTHROUGH changes the type for its subsets too.
  const type = cluster['type'] as DiscoveryType;
  const clusters: Cluster[] = [];
  for (const subset of subsetsOf(rule)) {
    const built = subsetCluster(context, mode, type, subset, rule as DestinationRule, policy, options);
    if (built) clusters.push(built);
  }
  return clusters;
}

/** The cluster of one subset (istiod's `buildSubsetCluster`), or undefined where DNS endpoints must match and none does. */
function subsetCluster(
  context: ClusterContext,
  mode: ClusterMode,
  inherited: DiscoveryType,
  subset: JsonObject,
  rule: DestinationRule,
  hostPolicy: TrafficPolicy | undefined,
  host: OutboundOptions,
): Cluster | undefined {
  const { service, port } = host;
  const name = String(subset['name'] ?? '');
  const written = messageOf(subset['trafficPolicy']);
  const passthrough = messageOf(written?.['loadBalancer'])?.['simple'] === 'PASSTHROUGH';
  const type = passthrough ? 'ORIGINAL_DST' : inherited;
  const nameOf = mode === 'outbound' ? outboundClusterName : sniClusterName;
  const groups = type === 'EDS' || type === 'ORIGINAL_DST' ? [] : dnsGroups(context, service, port, rule, name);
  const draft = serviceCluster(context, nameOf(service.hostname, port.port, name), type, service, port, name, groups);
  if (!draft) return undefined;
  const { cluster } = draft;
  derive(cluster, subset);
  const options: OutboundOptions = { service, port };
  if (host.tls)
    options.tls = {
      ...host.tls,
      sni: sniClusterName(service.hostname, port.port, name),
      serverMode: serverMtlsMode(context, service, port, written),
    };
  const policy = mergeSubsetPolicy(hostPolicy, written, port.port, context.behaviour.mergesRetryBudget);
  applyOutboundPolicy(context, draft, policy, options);
  markUncertainTls(context, draft, policy, options);
  applyEds(cluster);
  applyMetadataExchange(cluster, context.registry);
  addRule(cluster, rule, policy);
  istioMetadata(cluster)['subset'] = name;
  return noteSource(finish(draft), { service, port, rule, subset: name });
}

function addRule(cluster: Cluster, rule: DestinationRule | undefined, policy: TrafficPolicy | undefined): void {
  const oldest = rule?.from[0];
  if (!oldest) return;
  addConfig(cluster, oldest);
  addAlpnOverride(cluster, policy?.tls?.['mode']);
  deriveField(istioMetadata(cluster), 'config', oldest);
  if (policy?.tls) deriveField(istioMetadata(cluster), 'alpn_override', [policy.tls, 'mode']);
}

function subsetsOf(rule: DestinationRule | undefined): JsonObject[] {
  const subsets = rule?.spec['subsets'];
  return Array.isArray(subsets) ? (subsets.filter(isObject) as JsonObject[]) : [];
}
