import type { EgressListener, SidecarScope } from '../../../registry/types.ts';

/**
 * The egress listener that a route configuration belongs to (istiod's `GetEgressListenerForRDS`): the one with the port, a
 * unix socket's by its address, else the one for all ports.
 *
 * @param port 0 for `http_proxy` and unix sockets
 */
export function egressListenerFor(scope: SidecarScope, port: number, name: string): EgressListener | undefined {
  return scope.egressListeners.find((listener) => {
    if (!listener.port) return true;
    return listener.port.number === port && (port !== 0 || listener.bind === name);
  });
}
