import type { Message, VirtualHost } from '../../model/envoy.ts';
import { derive, deriveField, placeOf } from '../../model/provenance.ts';
import type { Unknown } from '../../model/unknown.ts';
import type { Registry, SidecarScope } from '../../registry/types.ts';
import { destinationOrigins } from './destination.ts';
import type { ProxyInputs } from './sidecar/inputs.ts';

/**
 * The virtual host for everything that no other takes (istiod's `buildCatchAllVirtualHost`): passed through, sent to the
 * Sidecar's egress proxy, resolved by DNS, or refused with 502.
 */
export function catchAllVirtualHost(registry: Registry, scope: SidecarScope, inputs: ProxyInputs): VirtualHost {
  const { mode, source } = scope.outboundTrafficPolicy;
  const forward = (cluster: string | Unknown): Message => {
    const action: Message = { cluster, timeout: '0s', max_grpc_timeout: '0s' };
    if (inputs.xForwardedHost !== false) action['append_x_forwarded_host'] = inputs.xForwardedHost;
    deriveField(action, 'append_x_forwarded_host', inputs.headersSource);
    return { route: action };
  };
  let name = 'block_all';
  let action: Message = { direct_response: { status: 502 } };
  if (mode === 'ALLOW_ANY_DYNAMIC_DNS') {
    name = 'allow_any_dynamic_dns';
    action = forward('AllowAnyDynamicDNSCluster');
  } else if (mode === 'ALLOW_ANY') {
    name = 'allow_any';
    action = forward(inputs.passthroughCluster);
    if (inputs.egressProxy) deriveField(action['route'], 'cluster', ...destinationOrigins(inputs.egressProxy));
  }
  const host: VirtualHost = {
    name,
    domains: ['*'],
    routes: [{ name, match: { prefix: '/' }, ...action }],
    include_request_attempt_count: inputs.includeRequestAttemptCount,
  };
  deriveField(host, 'include_request_attempt_count', inputs.headersSource);
  // Where neither the Sidecar nor the mesh says anything, it is the mesh's place to say it.
  return derive(host, source && placeOf(source) ? source : registry.mesh);
}
