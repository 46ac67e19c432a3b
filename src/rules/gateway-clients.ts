import { isObject, type JsonObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { CompiledMesh } from './types.ts';

/**
 * The gateways of some proxies whose servers ask no client for a certificate, so that callers have no identity there;
 * none where one of them asks on any port, or has no server at all.
 */
export function gatewaysWithoutIdentity(mesh: CompiledMesh, proxies: readonly Proxy[]): Proxy[] {
  const gateways = proxies.filter((proxy) => proxy.type === 'router');
  const chains = gateways.map((proxy) =>
    mesh.config(proxy).listeners.flatMap((listener) => {
      const { filter_chains, default_filter_chain } = listener as JsonObject;
      return [...objects(filter_chains), ...objects([default_filter_chain])];
    }),
  );
  return chains.some((of) => of.some(verifiesClients)) ? [] : gateways.filter((_, index) => chains[index]?.length);
}

/** Whether a filter chain terminates TLS and looks at the certificate of the client, be it required or not. */
function verifiesClients({ transport_socket: socket }: JsonObject): boolean {
  const context = isObject(socket) && isObject(socket['typed_config']) ? socket['typed_config'] : {};
  const common = isObject(context['common_tls_context']) ? context['common_tls_context'] : {};
  return (
    context['require_client_certificate'] === true ||
    Object.keys(common).some((key) => key.includes('validation_context'))
  );
}
