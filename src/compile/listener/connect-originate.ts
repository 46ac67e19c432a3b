import type { Filter, Listener, Message } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { listenerAccessLog, tunnelAccessLog } from '../http/access-log.ts';
import { extension, structExtension } from '../http/typed-config.ts';
import { originalDestination } from './defaults.ts';

/** Whether proxies reach ambient workloads through HBONE tunnels: PILOT_ENABLE_AMBIENT, unless sending is turned off. */
export function sendsHbone(registry: Registry): boolean {
  const { environment } = registry;
  return environment.flag('PILOT_ENABLE_AMBIENT', false) && environment.flag('PILOT_ENABLE_SENDING_HBONE', true);
}

/**
 * The internal listener that wraps connections to ambient workloads into HTTP CONNECT (istiod's
 * `buildConnectOriginateListener`); the cluster of the same name carries the tunnel.
 */
export function connectOriginateListener(proxy: Proxy, registry: Registry): Listener {
  const listenerClass = proxy.type === 'router' ? 'gateway' : 'sidecar-outbound';
  const baggage = registry.environment.flag('AMBIENT_ENABLE_BAGGAGE', false);
  const tunnel: Message = { hostname: '%DOWNSTREAM_LOCAL_ADDRESS%' };
  if (baggage) {
    tunnel['propagate_response_headers'] = true;
    const header = { key: 'baggage', value: '%FILTER_STATE(io.istio.baggage:PLAIN)%' };
    tunnel['headers_to_add'] = [{ append_action: 'OVERWRITE_IF_EXISTS_OR_ADD', header }];
  }
  const tcpProxy: Message = {
    stat_prefix: 'connect_originate',
    cluster: 'connect_originate',
    tunneling_config: tunnel,
  };
  const tunnelLogs = tunnelAccessLog(proxy, registry, listenerClass);
  if (tunnelLogs.length > 0) tcpProxy['access_log'] = tunnelLogs;
  const filters: Filter[] = [
    extension('envoy.filters.network.tcp_proxy', 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', tcpProxy),
  ];
  if (baggage)
    filters.unshift(
      structExtension('upstream_hbone_peer_metadata', 'envoy.extensions.network_filters.peer_metadata.Config', {
        baggage_key: 'io.istio.baggage',
      }),
    );
  const listener: Listener = {
    name: 'connect_originate',
    use_original_dst: false,
    internal_listener: {},
    listener_filters: [originalDestination()],
    filter_chains: [{ filters }],
  };
  const logs = listenerAccessLog(proxy, registry, listenerClass);
  if (logs.length > 0) listener['access_log'] = logs;
  return listener;
}
