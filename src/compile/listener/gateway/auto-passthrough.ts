import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { objects } from '../../../model/json.ts';
import { derive } from '../../../model/provenance.ts';
import { isSubsetOf } from '../../../registry/hostname.ts';
import type { Service, ServicePort } from '../../../registry/types.ts';
import { sniClusterName } from '../../cluster/name.ts';
import type { GatewayServer } from '../../gateway/server.ts';
import { nodeMetadata } from '../../node-metadata.ts';
import type { OutboundContext } from '../outbound/context.ts';
import { clusterStatPrefix, completeFilters } from '../outbound/tcp-proxy.ts';
import { applyHashPolicy, applyTimeouts } from '../outbound/tunnel.ts';
import { type GatewayChain, gatewayChain, sniHosts } from './chains.ts';

/** ALPNs that only mesh mTLS offers: traffic by AUTO_PASSTHROUGH cannot be plain text. */
const mutualTlsAlpns = ['istio', 'istio-peer-exchange', 'istio-http/1.0', 'istio-http/1.1', 'istio-h2'];

/**
 * Chains of an AUTO_PASSTHROUGH server (istiod's `builtAutoPassthroughFilterChains`): one for each cluster of a service of
 * the mesh whose host the server has, matched by an SNI of the cluster's name. No policies apply.
 */
export function autoPassthroughChains(context: OutboundContext, server: GatewayServer): GatewayChain[] {
  const { policies: _, ...open } = context;
  const hosts = sniHosts(server);
  return context.scope.services.flatMap((service) => {
    if (service.meshExternal || !hosts.some((host) => isSubsetOf(service.hostname, host))) return [];
    const rule = context.scope.destinationRule(service)?.spec;
    return service.ports
      .filter((port) => port.protocol !== 'UDP')
      .flatMap((port) => [
        chain(open, server, service, port, rule, ''),
        ...objects(rule?.['subsets']).map((subset) =>
          chain(open, server, service, port, rule, String(subset['name'] ?? ''), subset),
        ),
      ]);
  });
}

function chain(
  context: OutboundContext,
  server: GatewayServer,
  service: Service,
  port: ServicePort,
  rule: JsonObject | undefined,
  subset: string,
  source: object = port.config,
): GatewayChain {
  const cluster = sniClusterName(service.hostname, port.port, subset);
  const proxy: Message = { stat_prefix: clusterStatPrefix(context, cluster, service, port, subset), cluster };
  applyTimeouts(proxy, rule, nodeMetadata(context.proxy, 'IDLE_TIMEOUT'));
  applyHashPolicy(proxy, rule, subset);
  const filters = completeFilters(context, port, derive(proxy, source), cluster, undefined);
  return gatewayChain(filters, [server.config, source], { sniHosts: [cluster], applicationProtocols: mutualTlsAlpns });
}
