import type { Message } from '../../model/envoy.ts';

/** An Envoy `Address`: a socket, or for port 0 the pipe of a `unix://` path (istiod's `util.BuildAddress`). */
export function address(bind: string, port: number): Message {
  if (port === 0) return { pipe: { path: bind.replace(/^unix:\/\//, '') } };
  return { socket_address: { address: bind, port_value: port } };
}

/** `additional_addresses` for all but the primary address; undefined where there is only that. */
export function additionalAddresses(addresses: readonly string[], port: number): Message[] | undefined {
  const extra = addresses.slice(1).filter((item) => item !== '');
  return extra.length === 0 ? undefined : extra.map((item) => ({ address: address(item, port) }));
}

/** Name of a TCP listener (istiod's `getListenerName`). */
export function listenerName(bind: string, port: number): string {
  return `${bind}_${port}`;
}
