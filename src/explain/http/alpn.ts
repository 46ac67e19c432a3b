import type { Cluster, Message } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import type { Connection } from '../tcp/connection.ts';

/** The protocol of requests to a cluster (ClusterInfoImpl::upstreamHttpProtocol), for a request that came in over `connection`. */
export function upstreamProtocol(cluster: Cluster, connection: Connection): 'http/1.1' | 'h2c' {
  const options =
    cluster['typed_extension_protocol_options']?.['envoy.extensions.upstreams.http.v3.HttpProtocolOptions'];
  if (options?.['use_downstream_protocol_config']) return connection.http ?? 'http/1.1';
  return options?.['explicit_http_config']?.['http2_protocol_options'] ? 'h2c' : 'http/1.1';
}

/**
 * What Istio's filter `istio.alpn` has offered in the handshake with the cluster instead of what the cluster's TLS says: by
 * it the server's proxy knows that it is HTTP (AlpnFilter::decodeHeaders). Undefined where there is no such filter, or the
 * cluster wants none.
 */
export function protocolsOffered(
  manager: Message,
  cluster: Cluster,
  protocol: 'http/1.1' | 'h2c',
): readonly string[] | undefined {
  const filters = objects(manager['http_filters']) as Message[];
  const config = filters.find((it) => it['name'] === 'istio.alpn')?.['typed_config'];
  if (!config || cluster['metadata']?.['filter_metadata']?.['istio']?.['alpn_override'] === 'false') return undefined;
  const name = protocol === 'h2c' ? 'HTTP2' : 'HTTP11';
  const found = (objects(config['alpn_override']) as Message[]).find((it) => it['upstream_protocol'] === name);
  return found?.['alpn_override'];
}
