import type { FilterChain, Listener, Message } from '../../model/envoy.ts';
import { objects, type Path } from '../../model/json.ts';
import type { Connection } from './connection.ts';
import { type ChainTree, chainTree, type Detected } from './filter-chain-tree.ts';

/** The chain that takes a connection, with its place below the listener. */
export interface ChainFound {
  chain?: FilterChain;
  path: Path;
  detected: Detected;
}

/** A listener prepared for many connections. */
interface Prepared {
  /** Whether an inspector looks at a connection; undefined where the listener has none. */
  tls?: (connection: Connection) => boolean;
  http?: (connection: Connection) => boolean;
  tree: ChainTree;
}

const listeners = new WeakMap<Listener, Prepared>();

function prepared(listener: Listener): Prepared {
  let known = listeners.get(listener);
  if (!known) {
    const filters = objects(listener['listener_filters']) as Message[];
    const inspector = (name: string): Prepared['tls'] => {
      const filter = filters.find((it) => String(it['name']).endsWith(name));
      const predicate = filter?.['filter_disabled'];
      return filter && ((connection) => !(predicate && disabled(predicate, connection)));
    };
    known = {
      tls: inspector('tls_inspector'),
      http: inspector('http_inspector'),
      tree: chainTree(listener.filter_chains ?? []),
    };
    listeners.set(listener, known);
  }
  return known;
}

/** Reads what the listener's inspectors see; without an inspector nothing is seen (and all is raw_buffer). */
function detect({ tls, http }: Prepared, connection: Connection): Detected {
  if (connection.tls && tls?.(connection))
    return { transport: 'tls', protocols: connection.tls.alpn, sni: connection.tls.sni?.toLowerCase() };
  const seen = connection.http && !connection.tls && http?.(connection) === true;
  return { transport: 'raw_buffer', protocols: seen && connection.http ? [connection.http] : [] };
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

/** Chooses the filter chain of a connection (FilterChainManagerImpl); the default chain takes what no chain takes. */
export function findFilterChain(listener: Listener, connection: Connection): ChainFound {
  const known = prepared(listener);
  const detected = detect(known, connection);
  const index = known.tree(connection, detected);
  if (index !== undefined) return { chain: listener.filter_chains?.[index], path: ['filter_chains', index], detected };
  const fallback = listener.default_filter_chain;
  return fallback
    ? { chain: fallback, path: ['default_filter_chain'], detected }
    : { path: ['filter_chains'], detected };
}
