import ipaddr from 'ipaddr.js';
import type { Message } from '../../model/envoy.ts';

/** An IP address that was read; undefined for what is none. IPv4 in IPv6 counts as IPv4. */
type Address = ipaddr.IPv4 | ipaddr.IPv6 | undefined;

const read = new Map<string, Address>();

/** The same few addresses come again and again, so what was read is kept. */
function addressOf(text: string): Address {
  let address = read.get(text);
  if (address === undefined && !read.has(text)) {
    address = ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
    if (read.size > 20_000) read.clear();
    read.set(text, address);
  }
  return address;
}

/** Whether an address is in a `core.v3.CidrRange`. */
export function inRange(address: string | undefined, range: Message): boolean {
  if (address === undefined) return false;
  const ip = addressOf(address);
  const network = addressOf(String(range['address_prefix'] ?? ''));
  if (!ip || !network || ip.kind() !== network.kind()) return false;
  return ip.match(network, Number(range['prefix_len']?.['value'] ?? range['prefix_len'] ?? 0));
}

/** Whether a text is an IP address. */
export function isAddress(text: string): boolean {
  return addressOf(text) !== undefined;
}

/** A predicate of `10.0.0.0/8`; a text that is no range holds no address. */
export function cidrRange(range: string): (address: string) => boolean {
  if (!ipaddr.isValidCIDR(range)) return () => false;
  const [prefix, length] = range.split('/');
  return (address) => inRange(address, { address_prefix: prefix, prefix_len: Number(length) });
}

/** Whether an address is `127.0.0.1` or `::1`; others of 127.0.0.0/8 are none to Envoy (Network::Utility::isLoopbackAddress). */
export function isLoopback(address: string): boolean {
  return (
    inRange(address, { address_prefix: '127.0.0.1', prefix_len: 32 }) ||
    inRange(address, { address_prefix: '::1', prefix_len: 128 })
  );
}
