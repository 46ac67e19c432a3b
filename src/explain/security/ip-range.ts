import ipaddr from 'ipaddr.js';
import type { Message } from '../../model/envoy.ts';

/** Whether an address is in a `core.v3.CidrRange`. IPv4 in IPv6 counts as IPv4. */
export function inRange(address: string | undefined, range: Message): boolean {
  const prefix = String(range['address_prefix'] ?? '');
  if (address === undefined || !ipaddr.isValid(address) || !ipaddr.isValid(prefix)) return false;
  const ip = ipaddr.process(address);
  const network = ipaddr.process(prefix);
  if (ip.kind() !== network.kind()) return false;
  return ip.match(network, Number(range['prefix_len'] ?? 0));
}
