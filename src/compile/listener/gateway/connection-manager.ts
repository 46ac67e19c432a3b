import type { Filter, Message } from '../../../model/envoy.ts';
import { isObject } from '../../../model/json.ts';
import { deriveField } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';
import { type GatewayServer, isPlainHttp } from '../../gateway/server.ts';
import { connectionManagerBasis, httpConnectionManager } from '../../http/connection-manager.ts';

/** What the HTTP connection manager of one gateway chain serves. */
export interface GatewayHttp {
  server: GatewayServer;
  routeName: string;
  /** `outbound_NAME` of the listener; a server with a name of its own has that as it is. */
  statPrefix: string;
  port: number;
  http3?: boolean;
}

/** The HTTP connection manager of a gateway's server (istiod's `createGatewayHTTPFilterChainOpts`). */
export function gatewayConnectionManager(proxy: Proxy, registry: Registry, http: GatewayHttp): Filter {
  const { server } = http;
  const basis = gatewayBasis(proxy, registry);
  const name = isPlainHttp(server.protocol) ? undefined : server.config['name'];
  if (typeof name === 'string' && name !== '') {
    basis['stat_prefix'] = name;
    deriveField(basis, 'stat_prefix', [server.config, 'name']);
  }
  return httpConnectionManager(proxy, registry, {
    class: 'gateway',
    statPrefix: http.statPrefix,
    port: http.port,
    protocol: server.protocol,
    route: { rds: http.routeName },
    useRemoteAddress: true,
    basis,
    ...(http.http3 ? { http3Only: true } : {}),
    sources: [server.config],
  });
}

/**
 * The fields that only gateways set (`buildGatewayConnectionManager`): client certificates are forwarded by
 * `ProxyConfig.gatewayTopology`, by default set anew from the connection.
 */
function gatewayBasis(proxy: Proxy, registry: Registry): Message {
  const basis: Message = { http_protocol_options: {}, ...connectionManagerBasis(proxy, registry, 'gateway') };
  const topology = proxy.proxyConfig['gatewayTopology'];
  const { numTrustedProxies, forwardClientCertDetails } = isObject(topology) ? topology : {};
  const details =
    typeof forwardClientCertDetails === 'string' && forwardClientCertDetails !== 'UNDEFINED'
      ? forwardClientCertDetails
      : 'SANITIZE_SET';
  if (Number(numTrustedProxies) > 0) basis['xff_num_trusted_hops'] = Number(numTrustedProxies);
  if (details !== 'SANITIZE') basis['forward_client_cert_details'] = details;
  if (details === 'APPEND_FORWARD' || details === 'SANITIZE_SET') {
    basis['set_current_client_cert_details'] = { subject: true, cert: true, dns: true, uri: true };
  }
  return basis;
}
