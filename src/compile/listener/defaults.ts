import type { Message } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import type { Registry } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import { extension } from '../http/typed-config.ts';

/** Listener filters and settings that listeners of all kinds share. */

export const tlsInspector = (): Message =>
  extension('envoy.filters.listener.tls_inspector', 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {
    initial_read_buffer_size: 512,
  });

export const httpInspector = (): Message =>
  extension(
    'envoy.filters.listener.http_inspector',
    'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
  );

export const originalDestination = (): Message =>
  extension('envoy.filters.listener.original_dst', 'envoy.extensions.filters.listener.original_dst.v3.OriginalDst');

/** `max_connections_to_accept_per_socket_event` of listeners with a real socket: MAX_CONNECTIONS_PER_SOCKET_EVENT_LOOP, 1 by default. */
export function maxConnectionsPerEvent(registry: Registry): Message {
  const value = Number(registry.environment.text('MAX_CONNECTIONS_PER_SOCKET_EVENT_LOOP', '1'));
  return value > 0 ? { max_connections_to_accept_per_socket_event: value } : {};
}

const handshakeTimeouts = new WeakMap<Registry, Message>();

/** `transport_socket_connect_timeout` of filter chains: how long a TLS handshake may take. */
export function transportSocketTimeout(registry: Registry): Message {
  let found = handshakeTimeouts.get(registry);
  if (!found) {
    const text = behaviour(registry).transportSocketTimeoutFlag
      ? registry.environment.text('PILOT_GATEWAY_TRANSPORT_SOCKET_CONNECT_TIMEOUT', '15s')
      : '15s';
    const timeout = envoyDuration(text) ?? '15s';
    found = timeout === '0s' ? {} : { transport_socket_connect_timeout: timeout };
    handshakeTimeouts.set(registry, found);
  }
  return found;
}
