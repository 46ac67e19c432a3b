import ipaddr from 'ipaddr.js';
import type { Proxy } from '../../model/proxy.ts';
import type { Protocol, Registry } from '../../registry/types.ts';
import { ipFamily } from '../cluster/ip-family.ts';
import { isHttp } from '../cluster/protocol.ts';
import { nodeFlag, nodeMetadata } from '../node-metadata.ts';

/** The wildcard addresses of a proxy's families, the primary one first (istiod's `getWildcardsAndLocalHost`). */
export function wildcards(proxy: Proxy): string[] {
  return { IPv4: ['0.0.0.0'], IPv6: ['::'], Dual: ['0.0.0.0', '::'] }[ipFamily(proxy)];
}

/** The pod's own address, where it is a global one; else the wildcards (istiod's `getSidecarInboundBindIPs`). */
export function unicastOrWildcards(proxy: Proxy): string[] {
  const own = proxy.ipAddresses.find(isGlobalUnicast);
  return own === undefined ? wildcards(proxy) : [own];
}

/** Go's `IsGlobalUnicast`: private ranges count, loopback, link-local, multicast, broadcast and `0.0.0.0` do not. */
function isGlobalUnicast(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return !['unspecified', 'loopback', 'linkLocal', 'multicast', 'broadcast'].includes(ipaddr.parse(address).range());
}

interface Wanted {
  bindsToPort: boolean;
  bind: string;
  port: number;
  protocol: Protocol;
  /** Given, virtualOutbound's and virtualInbound's ports count as taken too. */
  registry?: Registry;
}

/**
 * Whether a proxy can listen here (istiod's `CanBindToPort`): an unprivileged one on no port below 1024, and nobody on a
 * wildcard address at a port that the proxy itself uses.
 */
export function canBind(proxy: Proxy, { bindsToPort, bind, port, protocol, registry }: Wanted): boolean {
  if (bindsToPort && port > 0 && port < 1024 && nodeFlag(proxy, 'UNPRIVILEGED_POD')) return false;
  const onWildcard = bind === '' ? isHttp(protocol) : bind === wildcards(proxy)[0];
  if (!onWildcard) return true;
  const taken = [
    Number(nodeMetadata(proxy, 'ENVOY_STATUS_PORT') || 15021),
    Number(nodeMetadata(proxy, 'ENVOY_PROMETHEUS_PORT') || 15090),
    Number(nodeMetadata(proxy, 'ENVOY_SECURE_METRICS_PORT')),
    Number(nodeMetadata(proxy, 'ENVOY_SECURE_MERGED_METRICS_PORT')),
  ];
  if (registry) taken.push(Number(registry.mesh['proxyListenPort']), Number(registry.mesh['proxyInboundListenPort']));
  return port === 0 || !taken.includes(port);
}
