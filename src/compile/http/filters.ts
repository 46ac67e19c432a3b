import type { Filter, Message } from '../../model/envoy.ts';
import type { Registry } from '../../registry/types.ts';
import type { ListenerClass } from './listener-class.ts';
import { extension, structExtension } from './typed-config.ts';

/** The fixed HTTP and network filters that istiod puts into every stack (pilot/pkg/xds/filters/filters.go). */

export const grpcWeb = (): Filter =>
  extension('envoy.filters.http.grpc_web', 'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb');

export const grpcStats = (): Filter =>
  extension('envoy.filters.http.grpc_stats', 'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig', {
    emit_filter_state: true,
    stats_for_all_methods: false,
  });

export const fault = (): Filter =>
  extension('envoy.filters.http.fault', 'envoy.extensions.filters.http.fault.v3.HTTPFault');

export const cors = (): Filter => extension('envoy.filters.http.cors', 'envoy.extensions.filters.http.cors.v3.Cors');

/** An empty stateful session filter; routes of services with persistent sessions override it. */
export const statefulSession = (): Filter =>
  extension('envoy.filters.http.stateful_session', 'envoy.extensions.filters.http.stateful_session.v3.StatefulSession');

export function router(suppressEnvoyHeaders: boolean): Filter {
  return extension(
    'envoy.filters.http.router',
    'envoy.extensions.filters.http.router.v3.Router',
    suppressEnvoyHeaders ? { suppress_envoy_headers: true } : {},
  );
}

/**
 * Overrides the ALPN towards the upstream, so that the server's sniffing knows mesh traffic. `istio` and the plain
 * protocol are offered too, since it is not known here whether the upstream is in the mesh.
 */
export const alpn = (): Filter =>
  extension('istio.alpn', 'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig', {
    alpn_override: [
      { alpn_override: ['istio-http/1.0', 'istio', 'http/1.0'] },
      { upstream_protocol: 'HTTP11', alpn_override: ['istio-http/1.1', 'istio', 'http/1.1'] },
      { upstream_protocol: 'HTTP2', alpn_override: ['istio-h2', 'istio', 'h2'] },
    ],
  });

function additionalLabels(registry: Registry): Message {
  const text = registry.environment.text('PILOT_MX_ADDITIONAL_LABELS', '');
  return text === '' ? {} : { additional_labels: [...new Set(text.split(','))].sort() };
}

/**
 * `istio.metadata_exchange` for HTTP: peers tell each other their workload in headers.
 *
 * @param skipExternal `proxyHeaders.metadataExchangeHeaders.mode: IN_MESH`: no headers to clusters outside the mesh
 */
export function metadataExchange(registry: Registry, listenerClass: ListenerClass, skipExternal: boolean): Filter {
  const side = listenerClass === 'sidecar-inbound' ? 'downstream' : 'upstream';
  const headers = side === 'upstream' && skipExternal ? { skip_external_clusters: true } : {};
  return structExtension('istio.metadata_exchange', 'io.istio.http.peer_metadata.Config', {
    [`${side}_discovery`]: [{ istio_headers: {} }, { workload_discovery: {} }],
    [`${side}_propagation`]: [{ istio_headers: headers }],
    ...additionalLabels(registry),
  });
}

/** Whether peers exchange metadata in this mesh: istiod's PILOT_ENABLE_METADATA_EXCHANGE. */
export function exchangesMetadata(registry: Registry): boolean {
  return registry.environment.flag('PILOT_ENABLE_METADATA_EXCHANGE', true);
}

/** `istio.metadata_exchange` for TCP, negotiated by ALPN; inbound listeners only (outbound has it in the cluster). */
export function tcpMetadataExchange(registry: Registry): Filter {
  return structExtension('istio.metadata_exchange', 'envoy.tcp.metadataexchange.config.MetadataExchange', {
    protocol: 'istio-peer-exchange',
    enable_discovery: true,
    ...additionalLabels(registry),
  });
}
