import type { Message, VirtualHost } from '../../model/envoy.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { SidecarScope } from '../../registry/types.ts';
import { proxyHeaders } from '../http/proxy-headers.ts';
import { destinationCluster, destinationOrigins } from './destination.ts';

/**
 * The virtual host for everything that no other takes (istiod's `buildCatchAllVirtualHost`): passed through, sent to the
 * Sidecar's egress proxy, resolved by DNS, or refused with 502.
 */
export function catchAllVirtualHost(proxy: Proxy, scope: SidecarScope): VirtualHost {
  const { egressProxy, source } = scope.outboundTrafficPolicy;
  const mode: string = scope.outboundTrafficPolicy.mode;
  const headers = proxyHeaders(proxy, 'sidecar-outbound');
  const forward = (cluster: string): Message => {
    const action: Message = { cluster, timeout: '0s', max_grpc_timeout: '0s' };
    if (headers.xForwardedHost) action['append_x_forwarded_host'] = true;
    deriveField(action, 'append_x_forwarded_host', headers.source);
    return { route: action };
  };
  let name = 'block_all';
  let action: Message = { direct_response: { status: 502 } };
  if (mode === 'ALLOW_ANY_DYNAMIC_DNS' && proxy.type === 'sidecar') {
    name = 'allow_any_dynamic_dns';
    action = forward('AllowAnyDynamicDNSCluster');
  } else if (mode === 'ALLOW_ANY') {
    name = 'allow_any';
    action = forward(egressProxy ? destinationCluster(egressProxy, undefined, 0) : 'PassthroughCluster');
    if (egressProxy) deriveField(action['route'], 'cluster', ...destinationOrigins(egressProxy));
  }
  const host: VirtualHost = {
    name,
    domains: ['*'],
    routes: [{ name, match: { prefix: '/' }, ...action }],
    include_request_attempt_count: headers.includeRequestAttemptCount,
  };
  deriveField(host, 'include_request_attempt_count', headers.source);
  return derive(host, source);
}
