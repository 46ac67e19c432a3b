import type { Cluster } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { derive, deriveField, type Source } from '../../model/provenance.ts';
import type { ServiceTarget } from '../../registry/types.ts';
import { address } from '../endpoint/lb-endpoint.ts';
import { bareCluster } from './base-cluster.ts';
import { applyConnectionPool } from './connection-pool.ts';
import { type ClusterContext, messageOf } from './context.ts';
import { type ClusterDraft, finish } from './draft.ts';
import { sourceAddress } from './fixed.ts';
import { dualStack, loopbackAddresses, passthroughSources } from './ip-family.ts';
import { addConfig, addInboundServices } from './metadata.ts';
import { inboundClusterName } from './name.ts';
import { sidecarIngressClusters } from './sidecar-ingress.ts';
import { applyStatName } from './stat-name.ts';
import { policyForPort, withMeshDefaults } from './traffic-policy.ts';
import { setUpstreamProtocol } from './upstream-protocol.ts';

/** Nearly 292 years, Go's longest duration: hosts of an inbound cluster are never cleaned up. */
const never = '9223372035s';

/**
 * The inbound clusters of a sidecar: one for each port of the pod that a service leads to, or one for each `ingress` of
 * its Sidecar (istiod's `buildInboundClusters`). Without interception only `ingress` can say what the proxy listens on.
 */
export function inboundClusters(context: ClusterContext): Cluster[] {
  const { proxy, registry, scope } = context;
  const targets = registry.serviceTargets(proxy);
  if (scope.ingress.length === 0)
    return proxy.interceptionMode === 'NONE' ? [] : targetClusters(context, targets, new Set());
  const merge = registry.environment.flag('PILOT_ALLOW_SIDECAR_SERVICE_INBOUND_LISTENER_MERGE', false);
  const ports = new Set(scope.ingress.map((item) => Number(messageOf(item['port'])?.['number'])));
  return [...(merge ? targetClusters(context, targets, ports) : []), ...sidecarIngressClusters(context, targets)];
}

/** One cluster for each port of the pod; where several services lead to one, the first decides on the protocol. */
function targetClusters(
  context: ClusterContext,
  targets: readonly ServiceTarget[],
  taken: ReadonlySet<number>,
): Cluster[] {
  const mode = messageOf(context.mesh['inboundTrafficPolicy'])?.['mode'];
  const bind = mode === 'LOCALHOST' ? (loopbackAddresses(context.proxy)[0] as string) : '';
  const byPort = Map.groupBy(targets, (target) => target.targetPort);
  return [...byPort]
    .filter(([port]) => !taken.has(port))
    .map(([port, group]) => inboundCluster(context, port, bind, group, [group[0]?.port.config]));
}

/**
 * The cluster that brings traffic to the application on one port (istiod's `buildInboundCluster`).
 *
 * @param bind address to send to; '' for where the client sent it
 * @param targets the services behind the port, at least one
 */
export function inboundCluster(
  context: ClusterContext,
  port: number,
  bind: string,
  targets: readonly ServiceTarget[],
  sources: Source[],
): Cluster {
  const target = targets[0] as ServiceTarget;
  const name = inboundClusterName(port);
  const cluster = derive(bareCluster(name, bind === '' ? 'ORIGINAL_DST' : 'STATIC'), ...sources);
  if (bind === '') cluster['cleanup_interval'] = never;
  else
    cluster['load_assignment'] = {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(undefined, bind, target.targetPort) } }] }],
    };
  const draft: ClusterDraft = { cluster, dynamicForwardProxy: false };
  setUpstreamProtocol(context, draft, target.port);
  addInboundServices(cluster, context.registry, target.port, targets);
  applyStatName(cluster, context.mesh, 'inboundClusterStatName', target.service, target.port, '', port);
  applyInboundPool(context, draft, port, target);
  if (bind === '') cluster['lb_policy'] = 'CLUSTER_PROVIDED';
  if (bind !== '127.0.0.1' && bind !== '::1') {
    const [first = '', ...others] = passthroughSources(context.proxy, context.registry);
    cluster['upstream_bind_config'] = { source_address: sourceAddress(first) };
    if (dualStack(context.registry) && others.length > 0)
      cluster['upstream_bind_config'].extra_source_addresses = others.map((item) => ({ address: sourceAddress(item) }));
  }
  return finish(draft);
}

/** The connection pool holds on the receiving side too: the Sidecar's, else that of the service's rule, else the mesh's. */
function applyInboundPool(context: ClusterContext, draft: ClusterDraft, port: number, target: ServiceTarget): void {
  const rule = context.scope.inboundDestinationRule(target.service);
  const written = messageOf(rule?.spec['trafficPolicy']);
  if (rule?.from[0] && written && draft.cluster['metadata']) addConfig(draft.cluster, rule.from[0]);
  const policy = withMeshDefaults(context.mesh, policyForPort(written, target.port.port));
  const own = sidecarPool(context, port);
  applyConnectionPool(context, draft, own ?? policy?.connectionPool, policy?.retryBudget, policy?.portLevel);
  if (rule) deriveField(draft.cluster, 'metadata', rule.from[0]);
}

/** The pool of the Sidecar's `ingress` of that port, else its `inboundConnectionPool`. */
function sidecarPool({ scope }: ClusterContext, port: number): JsonObject | undefined {
  const ingress = scope.ingress.find(
    (item) => messageOf(item['port'])?.['number'] === port && messageOf(item['connectionPool']),
  );
  return messageOf(ingress?.['connectionPool']) ?? scope.inboundConnectionPool;
}
