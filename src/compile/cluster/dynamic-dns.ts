import type { Cluster, Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { DestinationRule, Service } from '../../registry/types.ts';
import { allowAnyDnsCache, wildcardDnsCache } from '../dns-cache.ts';
import { any } from '../http/typed-config.ts';
import { applyConnectionPool } from './connection-pool.ts';
import { type ClusterContext, messageOf } from './context.ts';
import { type ClusterDraft, finish } from './draft.ts';
import { applyMetadataExchange } from './filters.ts';
import { passthroughProtocolOptions } from './fixed.ts';
import { outboundClusterName } from './name.ts';
import { applyDestinationRule } from './rule-clusters.ts';
import { upstreamTlsContext } from './tls-context.ts';
import { ruleSettings } from './tls-settings.ts';
import { setUpstreamProtocol } from './upstream-protocol.ts';

const supported = new Set(['HTTP', 'TLS', 'GRPC', 'HTTP2']);

/**
 * The clusters of a wildcard host with DYNAMIC_DNS resolution: Envoy resolves the name that each request asks for
 * (istiod's `buildDFPCluster`). Versions before 1.32 have none; subsets there are none.
 */
export function dynamicDnsClusters(
  context: ClusterContext,
  service: Service,
  rule: DestinationRule | undefined,
): Cluster[] {
  if (!context.behaviour.sidecarDynamicDns) return [];
  return service.ports
    .filter((port) => supported.has(port.protocol))
    .map((port) => {
      const cache = wildcardDnsCache(service, context.proxy, context.registry);
      const cluster = derive(forwardProxy(outboundClusterName(service.hostname, port.port), cache), port.config);
      const draft: ClusterDraft = { cluster, dynamicForwardProxy: true };
      setUpstreamProtocol(context, draft, port);
      applyDestinationRule(context, draft, 'outbound', service, port, rule, []);
      return finish(draft);
    });
}

/** The cluster of outbound mode ALLOW_ANY_DYNAMIC_DNS: any name is resolved anew (istiod's `buildAllowAnyDFPCluster`). */
export function allowAnyDynamicDnsCluster(context: ClusterContext): Cluster {
  const tls = messageOf(messageOf(context.mesh['outboundTrafficPolicy'])?.['tls']);
  const settings = tls && ruleSettings(tls);
  const originates = settings !== undefined && settings.mode !== 'DISABLE';
  const name = 'AllowAnyDynamicDNSCluster';
  const cluster = forwardProxy(name, allowAnyDnsCache(context.proxy, context.registry));
  if (!originates) cluster['cluster_type'].typed_config.allow_insecure_cluster_options = true;
  derive(cluster, context.scope.outboundTrafficPolicy.source);
  const draft: ClusterDraft = { cluster, dynamicForwardProxy: true };
  applyConnectionPool(context, draft, undefined);
  if (originates) {
    const typedConfig = upstreamTlsContext(context, draft, settings, { serviceEntryNames: [], ruleHasSelector: false });
    if (typedConfig) {
      cluster['transport_socket'] = { name: 'envoy.transport_sockets.tls', typed_config: typedConfig };
      deriveField(cluster, 'transport_socket', tls as JsonObject);
    }
  }
  // TLS that takes SNI from the request replaces the options as a whole.
  draft.protocolOptions ??= passthroughProtocolOptions(context);
  applyMetadataExchange(cluster, context.registry);
  return finish(draft);
}

function forwardProxy(name: string, cache: Message): Cluster {
  return {
    name,
    cluster_type: {
      name: 'envoy.clusters.dynamic_forward_proxy',
      typed_config: any('envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig', {
        dns_cache_config: cache,
      }),
    },
    lb_policy: 'CLUSTER_PROVIDED',
    alt_stat_name: `${name};`,
  };
}
