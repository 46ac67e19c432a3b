import type { Protocol } from '../../../registry/types.ts';
import { nodeFlag, nodeMetadata } from '../../node-metadata.ts';
import type { Bind, OutboundContext } from './context.ts';
import { isHttpProtocol } from './listener-protocol.ts';

/**
 * Whether an outbound listener may bind here (istiod's `CanBindToPort`): an unprivileged proxy no port below 1024, and
 * nobody a wildcard address on a port that the proxy itself uses.
 */
export function canBind(context: OutboundContext, bind: Bind, port: number, protocol: Protocol): boolean {
  const { proxy, registry, wildcards } = context;
  if (bind.toPort && port > 0 && port < 1024 && nodeFlag(proxy, 'UNPRIVILEGED_POD')) return false;
  const [primary] = bind.addresses;
  const onWildcard = primary === undefined ? isHttpProtocol(protocol) : primary === wildcards[0];
  if (!onWildcard) return true;
  const reserved = [
    Number(nodeMetadata(proxy, 'ENVOY_STATUS_PORT') || 15021),
    Number(nodeMetadata(proxy, 'ENVOY_PROMETHEUS_PORT') || 15090),
    Number(registry.mesh['proxyListenPort']),
    Number(registry.mesh['proxyInboundListenPort']),
  ];
  return !reserved.includes(port);
}
