import ipaddr from 'ipaddr.js';
import type { Message } from '../../../model/envoy.ts';
import type { ChainDraft } from './context.ts';

interface Range {
  address: string;
  bits: number;
}

/** An address or CIDR as written; a bare address is the whole of its length (istiod's `AddrStrToPrefix`). */
function parseRange(text: string): Range | undefined {
  const [address = '', bits] = text.split('/');
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.parse(address);
  return { address: parsed.toString(), bits: bits === undefined ? parsed.toByteArray().length * 8 : Number(bits) };
}

/** Whether the chain takes every connection: no SNI, protocol or destination is asked for (istiod's `isMatchAll`). */
export function isMatchAll(chain: ChainDraft): boolean {
  return (
    (chain.sniHosts.length === 0 || chain.sniHosts.includes('*')) &&
    chain.applicationProtocols.length === 0 &&
    chain.transportProtocol === '' &&
    chain.destinationCidrs.length === 0
  );
}

/** The chain's `filter_chain_match`; `*` among the SNI hosts asks for none, `0.0.0.0` ranges are left out. */
export function filterChainMatch(chain: ChainDraft): Message {
  const match: Message = {};
  if (chain.applicationProtocols.length > 0) match['application_protocols'] = [...chain.applicationProtocols];
  if (chain.transportProtocol !== '') match['transport_protocol'] = chain.transportProtocol;
  if (chain.sniHosts.length > 0 && !chain.sniHosts.includes('*')) match['server_names'] = [...chain.sniHosts].sort();
  const ranges = [...chain.destinationCidrs]
    .sort()
    .map(parseRange)
    .filter((range) => range !== undefined)
    .filter((range) => range.address !== '0.0.0.0')
    .map((range) => ({ address_prefix: range.address, prefix_len: range.bits }));
  if (ranges.length > 0) match['prefix_ranges'] = ranges;
  return match;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((item) => right.has(item));
}

function masked(cidrs: readonly string[]): string[] {
  return cidrs.flatMap((cidr) => {
    const range = parseRange(cidr);
    if (!range || range.address === '0.0.0.0') return [];
    const bytes = ipaddr.parse(range.address).toByteArray();
    const kept = bytes.map((byte, index) => {
      const bits = Math.min(8, Math.max(0, range.bits - index * 8));
      return byte & (0xff00 >> bits) & 0xff;
    });
    return [`${kept.join('.')}/${range.bits}`];
  });
}

/** Whether both chains ask for the same, so that Envoy would refuse the two together (istiod's `conflictsWith`). */
export function conflicts(a: ChainDraft, b: ChainDraft): boolean {
  const sni = (chain: ChainDraft): string[] => chain.sniHosts.filter((host) => host !== '*');
  return (
    a.transportProtocol === b.transportProtocol &&
    a.applicationProtocols.join() === b.applicationProtocols.join() &&
    sameSet(sni(a), sni(b)) &&
    sameSet(masked(a.destinationCidrs), masked(b.destinationCidrs))
  );
}
