import ipaddr from 'ipaddr.js';
import type { FilterChain, Listener, Message } from '../../model/envoy.ts';
import { objects, type Path } from '../../model/json.ts';
import { inRange } from '../security/ip-range.ts';
import type { Connection } from './connection.ts';

/** What listener filters found out about a connection. */
interface Detected {
  transport: 'tls' | 'raw_buffer';
  protocols: readonly string[];
  sni?: string;
}

/** The chain that takes a connection, with its place below the listener. */
export interface ChainFound {
  chain?: FilterChain;
  path: Path;
  detected: Detected;
}

/** Reads what the listener's inspectors see; without an inspector nothing is seen (and all is raw_buffer). */
function detect(listener: Listener, connection: Connection): Detected {
  const filters = objects(listener['listener_filters']) as Message[];
  const enabled = (name: string): boolean =>
    filters.some(
      (it) =>
        String(it['name']).endsWith(name) && !(it['filter_disabled'] && disabled(it['filter_disabled'], connection)),
    );
  if (connection.tls && enabled('tls_inspector'))
    return { transport: 'tls', protocols: connection.tls.alpn, sni: connection.tls.sni?.toLowerCase() };
  const protocols = connection.http && !connection.tls && enabled('http_inspector') ? [connection.http] : [];
  return { transport: 'raw_buffer', protocols };
}

/** `ListenerFilterChainMatchPredicate`. */
function disabled(predicate: Message, connection: Connection): boolean {
  if (predicate['or_match']) return objects(predicate['or_match']['rules']).some((it) => disabled(it, connection));
  if (predicate['and_match']) return objects(predicate['and_match']['rules']).every((it) => disabled(it, connection));
  if (predicate['not_match']) return !disabled(predicate['not_match'], connection);
  const range = predicate['destination_port_range'];
  if (range)
    return connection.destinationPort >= (range['start'] ?? 0) && connection.destinationPort < (range['end'] ?? 0);
  return predicate['any_match'] === true;
}

/**
 * Chooses the filter chain as Envoy's FilterChainManagerImpl does: criterion by criterion the most specific match wins, and
 * there is no way back to chains that lost at an earlier criterion. The default chain takes what no chain takes.
 */
export function findFilterChain(listener: Listener, connection: Connection): ChainFound {
  const detected = detect(listener, connection);
  let candidates = (listener.filter_chains ?? []).map((chain, index) => ({
    chain,
    index,
    match: chain.filter_chain_match ?? {},
  }));
  for (const rank of criteria) {
    const ranked = candidates.map((candidate) => ({ candidate, score: rank(candidate.match, connection, detected) }));
    const best = ranked.reduce((most, { score }) => Math.max(most, score), -1);
    candidates = best < 0 ? [] : ranked.filter(({ score }) => score === best).map(({ candidate }) => candidate);
  }
  const [winner] = candidates;
  if (winner) return { chain: winner.chain, path: ['filter_chains', winner.index], detected };
  const fallback = listener.default_filter_chain;
  return fallback
    ? { chain: fallback, path: ['default_filter_chain'], detected }
    : { path: ['filter_chains'], detected };
}

/** How well a criterion matches: -1 not at all, 0 not asked for, more where it is more specific. */
type Rank = (match: Message, connection: Connection, detected: Detected) => number;

const list = (value: unknown): string[] => (Array.isArray(value) ? value : []);

const criteria: Rank[] = [
  (match, { destinationPort }) =>
    match['destination_port'] === undefined ? 0 : Number(match['destination_port']) === destinationPort ? 1 : -1,
  (match, { destinationIp }) => prefixRank(match['prefix_ranges'], destinationIp),
  (match, _, { sni }) => serverNameRank(list(match['server_names']), sni),
  (match, _, { transport }) => (!match['transport_protocol'] ? 0 : match['transport_protocol'] === transport ? 1 : -1),
  (match, _, { protocols }) => {
    const wanted = list(match['application_protocols']);
    if (wanted.length === 0) return 0;
    // The client's first protocol that any chain knows decides.
    const position = protocols.findIndex((it) => wanted.includes(it));
    return position < 0 ? -1 : protocols.length - position;
  },
  (match, { sourceIp }) => prefixRank(match['direct_source_prefix_ranges'], sourceIp),
  (match, connection) => sourceTypeRank(match['source_type'], connection),
  (match, { sourceIp }) => prefixRank(match['source_prefix_ranges'], sourceIp),
  (match) => (list(match['source_ports']).length === 0 ? 0 : -1),
];

function prefixRank(ranges: unknown, address: string | undefined): number {
  const prefixes = objects(ranges);
  if (prefixes.length === 0) return 0;
  const lengths = prefixes.filter((it) => inRange(address, it)).map((it) => Number(it['prefix_len'] ?? 0) + 1);
  return Math.max(-1, ...lengths);
}

function serverNameRank(names: readonly string[], sni: string | undefined): number {
  if (names.length === 0) return 0;
  if (sni === undefined) return -1;
  let best = -1;
  for (const name of names) {
    const lower = name.toLowerCase();
    if (lower === sni) return Number.MAX_SAFE_INTEGER;
    if (lower.startsWith('*') && sni.endsWith(lower.slice(1)) && sni.length > lower.length - 1)
      best = Math.max(best, lower.length);
  }
  return best;
}

function sourceTypeRank(type: unknown, { sourceIp, destinationIp }: Connection): number {
  if (type === undefined || type === 'ANY') return 0;
  const loopback = sourceIp !== undefined && ipaddr.isValid(sourceIp) && ipaddr.parse(sourceIp).range() === 'loopback';
  const local = loopback || sourceIp === destinationIp;
  return local === (type === 'SAME_IP_OR_LOOPBACK') ? 1 : -1;
}
