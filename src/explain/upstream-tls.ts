import type { Cluster, Message } from '../model/envoy.ts';
import { objects, type Path } from '../model/json.ts';
import type { Endpoint } from './cluster.ts';
import type { ClientTls } from './tcp/connection.ts';

/** How a cluster speaks to an endpoint. */
export interface Transport {
  /** Undefined: plain text. */
  tls?: ClientTls;
  /** Names that the server's certificate must have one of; empty: any. */
  serverNames: Message[];
  /** The connection starts with a PROXY header, which only a server that expects it understands. */
  proxyProtocol?: true;
  /** What the TLS context has of certificates, and where that stands in the cluster. */
  common?: { message: Message; path: Path };
  /** Name of the match or socket, for people. */
  name: string;
}

/**
 * The transport socket of an endpoint: the first of `transport_socket_matches` whose keys its metadata has, else the
 * cluster's own, else plain text (Envoy's TransportSocketMatcherImpl).
 *
 * @param principal identity of the proxy that sends
 */
export function transportOf(
  cluster: Cluster,
  endpoint: Endpoint | undefined,
  principal: string | undefined,
): Transport {
  const labels: Message = endpoint?.message['metadata']?.['filter_metadata']?.['envoy.transport_socket_match'] ?? {};
  const matches = objects(cluster['transport_socket_matches']) as Message[];
  const match = matches.find((it) =>
    Object.entries((it['match'] ?? {}) as Message).every(([key, value]) => labels[key] === value),
  );
  const socket: Message | undefined = match?.['transport_socket'] ?? cluster['transport_socket'];
  const name: string | undefined = match?.['name'];
  if (!socket) return { serverNames: [], name: name ?? 'plaintext' };
  const made = known.get(socket);
  if (made && made.transport.name === (name ?? made.transport.name) && made.principal === principal)
    return made.transport;
  const place = match?.['transport_socket'] ? ['transport_socket_matches', matches.indexOf(match)] : [];
  const transport = ofSocket(socket, name, principal, [...place, 'transport_socket']);
  known.set(socket, { transport, principal });
  return transport;
}

/** What was made of a socket last, and for which sender. */
const known = new WeakMap<Message, { transport: Transport; principal: string | undefined }>();

function ofSocket(
  socket: Message | undefined,
  name: string | undefined,
  principal: string | undefined,
  path: Path,
): Transport {
  const config: Message = socket?.['typed_config'] ?? {};
  const type = String(config['@type'] ?? '');
  if (type.endsWith('.ProxyProtocolUpstreamTransport'))
    return {
      ...ofSocket(config['transport_socket'], name, principal, [...path, 'typed_config', 'transport_socket']),
      proxyProtocol: true,
    };
  if (!type.endsWith('.UpstreamTlsContext')) return { serverNames: [], name: name ?? 'plaintext' };
  const common: Message = config['common_tls_context'] ?? {};
  const secrets = objects(common['tls_certificate_sds_secret_configs']);
  const own = secrets.some((it) => it['name'] === 'default');
  const validation: Message =
    common['combined_validation_context']?.['default_validation_context'] ?? common['validation_context'] ?? {};
  const exact = objects(validation['match_subject_alt_names']) as Message[];
  const typed = objects(validation['match_typed_subject_alt_names']).map((it) => (it['matcher'] ?? {}) as Message);
  return {
    tls: {
      sni: config['sni'] || undefined,
      alpn: Array.isArray(common['alpn_protocols']) ? common['alpn_protocols'] : [],
      mutual: secrets.length > 0 || objects(common['tls_certificates']).length > 0,
      principal: own ? principal : undefined,
      ofApplication: false,
    },
    serverNames: [...exact, ...typed],
    name: name ?? (own ? 'mutual TLS' : 'TLS'),
    common: { message: common, path: [...path, 'typed_config', 'common_tls_context'] },
  };
}
