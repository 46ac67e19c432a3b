import type { Cluster, Message } from '../../model/envoy.ts';
import { deriveField } from '../../model/provenance.ts';
import { envoyDuration } from '../duration.ts';
import { applyConnectionPool } from './connection-pool.ts';
import { type ClusterContext, messageOf } from './context.ts';
import { type ClusterDraft, finish } from './draft.ts';
import { applyMetadataExchange } from './filters.ts';
import { ipFamily } from './ip-family.ts';
import { preserveCase } from './upstream-protocol.ts';

/** The clusters that every proxy has, whatever the services: they take what no route leads anywhere else. */

/** Traffic that must not go anywhere: a cluster without endpoints (istiod's `buildBlackHoleCluster`). */
export function blackHoleCluster(context: ClusterContext): Cluster {
  const cluster: Cluster = {
    name: 'BlackHoleCluster',
    type: 'STATIC',
    connect_timeout: envoyDuration(context.mesh['connectTimeout']) ?? '10s',
    lb_policy: 'ROUND_ROBIN',
    alt_stat_name: 'BlackHoleCluster;',
  };
  return deriveField(cluster, 'connect_timeout', [context.mesh, 'connectTimeout']);
}

/** Traffic to where the client wants it, known or not (istiod's `buildDefaultPassthroughCluster`). */
export function passthroughCluster(context: ClusterContext): Cluster {
  const cluster: Cluster = {
    name: 'PassthroughCluster',
    type: 'ORIGINAL_DST',
    lb_policy: 'CLUSTER_PROVIDED',
    alt_stat_name: 'PassthroughCluster;',
  };
  // istiod gives the pool's HTTP limits to a draft that it throws away: only what stands in the cluster counts.
  const draft: ClusterDraft = { cluster, dynamicForwardProxy: false };
  applyConnectionPool(context, draft, messageOf(messageOf(context.mesh['defaultTrafficPolicy'])?.['connectionPool']));
  draft.protocolOptions = passthroughProtocolOptions(context);
  applyMetadataExchange(cluster, context.registry);
  return finish(draft);
}

/**
 * Inbound traffic on ports that no service has: to the application on the same port, from a source address that iptables
 * leaves alone (istiod's `buildInboundPassthroughCluster`).
 */
export function inboundPassthroughCluster(context: ClusterContext): Cluster {
  const cluster = passthroughCluster(context);
  cluster.name = 'InboundPassthroughCluster';
  delete cluster['filters'];
  const family = ipFamily(context.proxy);
  cluster['upstream_bind_config'] = {
    source_address: sourceAddress(family === 'IPv6' ? '::6' : '127.0.0.6'),
    ...(family === 'Dual' ? { extra_source_addresses: [{ address: sourceAddress('::6') }] } : {}),
  };
  return cluster;
}

export function sourceAddress(address: string): Message {
  return { address, port_value: 0 };
}

/** Whatever HTTP the client speaks, with connections closed after five idle minutes. */
export function passthroughProtocolOptions(context: ClusterContext): Message {
  return {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    common_http_protocol_options: { idle_timeout: '300s' },
    use_downstream_protocol_config: {
      http_protocol_options: context.preserveHeaderCase ? preserveCase() : {},
      http2_protocol_options: {},
    },
  };
}
