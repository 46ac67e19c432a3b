import type { FilterChain, Listener, Message } from '../model/envoy.ts';
import { objects, type Path } from '../model/json.ts';
import type { ServedConfig } from './cluster.ts';
import type { Hop } from './hop.ts';
import type { Outcome } from './outcome.ts';
import { missingSecret, missingWords } from './supplied.ts';
import type { ClientTls, Connection } from './tcp/connection.ts';
import { findFilterChain } from './tcp/filter-chain.ts';

/** A connection that a filter chain took: what is left of TLS, and who the client showed to be. */
export interface Accepted {
  chain: FilterChain;
  /** The HTTP connection manager of the chain; undefined: bytes are passed on. */
  manager?: Message;
  /** TLS that the chain did not terminate. */
  tls?: ClientTls;
  /** The chain terminated TLS. */
  secure: boolean;
  principal?: string;
  sni?: string;
}

/** Lets a listener take a connection: filter chain, handshake, kind of proxy. Writes what was found into the hop. */
export function accept(
  hop: Hop,
  listener: Listener | undefined,
  connection: Connection,
  config: ServedConfig,
): Accepted | Outcome {
  if (!listener) return { kind: 'refused', flag: '-', details: 'no listener' };
  hop.listener = listener;
  const { chain, path, detected } = findFilterChain(listener, connection);
  hop.filterChain = chain;
  hop.chainPath = path;
  const what = chain ? `filter chain ${chain.name ?? path.join(' ')}` : 'no filter chain';
  hop.decidedBy.push({ root: listener, path, what });
  if (!chain) return { kind: 'closed', flag: 'NR', details: 'filter_chain_not_found' };
  const { tls } = connection;
  const { context, manager } = prepared(chain);
  const closed = context && unsupplied(hop, listener, path, chain, context, config);
  if (closed) return closed;
  if (context && !tls)
    return { kind: 'closed', flag: '-', details: 'plain text where the filter chain takes TLS only' };
  const wantsCertificate = context?.['require_client_certificate'] === true;
  if (context && wantsCertificate && !tls?.mutual)
    return { kind: 'tls-failed', flag: '-', details: 'the client shows no certificate, and one is required' };
  const left = context ? connection.inner : tls;
  if (manager && left) return { kind: 'tls-failed', flag: '-', details: 'TLS where the filter chain takes plain HTTP' };
  hop.protocol = manager ? 'http' : 'tcp';
  return {
    chain,
    manager,
    tls: left,
    secure: context !== undefined,
    principal: context && tls?.mutual ? tls.principal : undefined,
    sni: detected.sni ?? (context ? tls?.sni : undefined),
  };
}

/** Without its secret a chain has no TLS to offer: Envoy closes each connection at its first byte (`NotReadySslSocket`). */
function unsupplied(
  hop: Hop,
  listener: Listener,
  path: Path,
  chain: FilterChain,
  context: Message,
  config: ServedConfig,
): Outcome | undefined {
  const common: Message | undefined = context['common_tls_context'];
  if (!common) return undefined;
  hop.contexts.push(common);
  const missing = missingSecret(config, common);
  if (!missing) return undefined;
  const socket = chain.transport_socket?.['typed_config']?.['downstream_tls_context'] ? ['downstream_tls_context'] : [];
  hop.decidedBy.push({
    root: listener,
    path: [...path, 'transport_socket', 'typed_config', ...socket, 'common_tls_context', ...missing.path],
    what: `filter chain ${chain.name ?? path.join(' ')} without its secret`,
  });
  return { kind: 'closed', flag: '-', details: `${hop.proxy} ${missingWords(missing.name)}` };
}

interface Chain {
  context?: Message;
  manager?: Message;
}

const chains = new WeakMap<FilterChain, Chain>();

function prepared(chain: FilterChain): Chain {
  let known = chains.get(chain);
  if (!known) {
    known = { context: downstreamTls(chain), manager: connectionManager(chain) };
    chains.set(chain, known);
  }
  return known;
}

/** Whether a chain ends TLS itself. */
export function terminatesTls(chain: FilterChain): boolean {
  return prepared(chain).context !== undefined;
}

/** The TLS context of a chain that terminates TLS. */
function downstreamTls(chain: FilterChain): Message | undefined {
  const config: Message | undefined = chain.transport_socket?.['typed_config'];
  const context = config?.['downstream_tls_context'] ?? config;
  return context && /\.(DownstreamTlsContext|QuicDownstreamTransport)$/.test(String(config?.['@type']))
    ? context
    : undefined;
}

/** The connection manager among a chain's network filters. */
function connectionManager(chain: FilterChain): Message | undefined {
  return (objects(chain.filters) as Message[]).find((it) =>
    String(it['typed_config']?.['@type']).endsWith('.HttpConnectionManager'),
  )?.['typed_config'];
}
