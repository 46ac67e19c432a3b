import type { Filter, FilterChain, Listener, Message } from '../../../model/envoy.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { ipFamily } from '../../cluster/ip-family.ts';
import { listenerAccessLog, tcpAccessLog } from '../../http/access-log.ts';
import { connectionManagerBasis, httpConnectionManager } from '../../http/connection-manager.ts';
import { metricsFilters } from '../../http/metrics.ts';
import { nodeMetadata } from '../../node-metadata.ts';
import { catchAllVirtualHost } from '../../route/catch-all.ts';
import { destinationCluster, destinationOrigins } from '../../route/destination.ts';
import { ownInputs } from '../../route/sidecar/inputs.ts';
import { additionalAddresses, address } from '../address.ts';
import { httpInspector, maxConnectionsPerEvent } from '../defaults.ts';
import type { OutboundContext } from './context.ts';
import { plaintextHttp } from './http-chain.ts';
import { tcpProxyFilter } from './tcp-proxy.ts';
import { applyTimeouts } from './tunnel.ts';

/** Whether hosts that nobody knows are resolved by name (`outboundTrafficPolicy.mode: ALLOW_ANY_DYNAMIC_DNS`). */
function allowsAnyByDns(context: OutboundContext): boolean {
  return context.scope.outboundTrafficPolicy.mode === 'ALLOW_ANY_DYNAMIC_DNS';
}

/**
 * The listener to which iptables sends all outbound connections (istiod's `buildVirtualOutboundListener`); it hands them
 * to the listener of their original destination, and has chains of its own for what no other listener takes.
 */
export function virtualOutbound(context: OutboundContext): Listener {
  const { proxy, registry, wildcards } = context;
  const port = Number(registry.mesh['proxyListenPort']);
  const listener: Listener = {
    name: 'virtualOutbound',
    address: address(wildcards[0] ?? '0.0.0.0', port),
    use_original_dst: true,
    traffic_direction: 'OUTBOUND',
    filter_chains: [blackHole(context, port), ...(allowsAnyByDns(context) ? [byDns(context)] : []), catchAll(context)],
    ...maxConnectionsPerEvent(registry),
  };
  if (proxy.interceptionMode === 'TPROXY') listener['transparent'] = true;
  const extra = extraAddresses(context);
  const additional = additionalAddresses(extra, port);
  if (additional) listener['additional_addresses'] = additional;
  if (allowsAnyByDns(context)) listener['listener_filters'] = [httpInspector()];
  const logs = listenerAccessLog(proxy, registry, 'sidecar-outbound');
  if (logs.length > 0) listener['access_log'] = logs;
  return deriveField(listener, 'address', [registry.mesh, 'proxyListenPort']);
}

function extraAddresses(context: OutboundContext): string[] {
  const { registry, wildcards, proxy } = context;
  if (registry.environment.flag('ISTIO_DUAL_STACK', false) && wildcards.length > 1) return wildcards;
  const ipv4Too = registry.environment.flag('ISTIO_ENABLE_IPV4_OUTBOUND_LISTENER_FOR_IPV6_CLUSTERS', false);
  return ipv4Too && ipFamily(proxy) === 'IPv6' ? ['::', '0.0.0.0'] : [];
}

/** Refuses connections to the listener's own port, which would otherwise come back for ever. */
function blackHole(context: OutboundContext, port: number): FilterChain {
  return {
    name: 'virtualOutbound-blackhole',
    filter_chain_match: { destination_port: port },
    filters: [
      ...metricsFilters(context.proxy, context.registry, 'sidecar-outbound'),
      tcpProxyFilter({ stat_prefix: 'BlackHoleCluster', cluster: 'BlackHoleCluster' }),
    ],
  };
}

function catchAll(context: OutboundContext): FilterChain {
  return { name: 'virtualOutbound-catchall-tcp', filters: catchAllFilters(context) };
}

/**
 * The filters for connections that nothing else takes (`buildOutboundCatchAllNetworkFiltersOnly`): passed through, sent to
 * the Sidecar's egress proxy, or refused, by `outboundTrafficPolicy`.
 */
export function catchAllFilters(context: OutboundContext): Filter[] {
  const { proxy, registry, scope } = context;
  const { mode, egressProxy, source } = scope.outboundTrafficPolicy;
  const allowed = mode === 'ALLOW_ANY' || allowsAnyByDns(context);
  const cluster = !allowed
    ? 'BlackHoleCluster'
    : egressProxy
      ? destinationCluster(egressProxy, undefined, 0)
      : 'PassthroughCluster';
  const message: Message = derive({ stat_prefix: cluster, cluster }, source && [source, 'mode']);
  if (allowed && egressProxy)
    for (const field of ['cluster', 'stat_prefix']) deriveField(message, field, ...destinationOrigins(egressProxy));
  applyTimeouts(message, undefined, nodeMetadata(proxy, 'IDLE_TIMEOUT'));
  const logs = tcpAccessLog(proxy, registry, 'sidecar-outbound');
  if (logs.length > 0) message['access_log'] = logs;
  return [...metricsFilters(proxy, registry, 'sidecar-outbound'), tcpProxyFilter(message)];
}

/** Plain HTTP to hosts that nobody knows, resolved by the request's own host name (`buildAllowAnyDynamicDNSHTTPFilterChain`). */
function byDns(context: OutboundContext): FilterChain {
  const { proxy, registry, scope } = context;
  const manager = httpConnectionManager(proxy, registry, {
    class: 'sidecar-outbound',
    statPrefix: 'outbound_virtualOutbound_allow_any_dynamic_dns',
    port: 0,
    protocol: 'HTTP',
    route: {
      routeConfig: {
        name: 'allow_any_dynamic_dns',
        virtual_hosts: [catchAllVirtualHost(registry, scope, ownInputs(proxy, scope))],
        validate_clusters: false,
        max_direct_response_body_size_bytes: 1048576,
        ignore_port_in_host_matching: true,
      },
    },
    useRemoteAddress: registry.environment.flag('PILOT_SIDECAR_USE_REMOTE_ADDRESS', false),
    basis: connectionManagerBasis(proxy, registry, 'sidecar-outbound'),
  });
  return {
    name: 'virtualOutbound-catchall-tcp-http',
    filter_chain_match: { application_protocols: plaintextHttp(context) },
    filters: [manager],
  };
}
