import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { parseProtocol } from '../../registry/protocol.ts';
import type { Protocol } from '../../registry/types.ts';

/** One server of a Gateway on one port that the proxy really listens on. */
export interface GatewayServer {
  gateway: Resource;
  /** `namespace/name` of the Gateway, as VirtualServices name it. */
  gatewayName: string;
  /** The `servers[]` item. */
  config: JsonObject;
  /** As in the config, with `./` resolved to the Gateway's namespace and a leading wildcard namespace cut off. */
  hosts: string[];
  /** The port as the Gateway has it: of the Service in front, or of the proxy. */
  port: { number: number; name: string; protocol: string };
  /** Port that the proxy listens on: the target port of the Service's port, if a Service has it. */
  listenerPort: number;
  protocol: Protocol;
  /** '' where the server does not bind to an address of its own. */
  bind: string;
  tls?: JsonObject;
  /** Name of its route configuration; '' for what is not terminated as HTTP here. */
  routeName: string;
}

/** Whether the protocol is HTTP in plain text (`protocol.Instance.IsHTTP`). */
export function isPlainHttp(protocol: Protocol): boolean {
  return ['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-Web'].includes(protocol);
}

/** TLS is not terminated but passed on by its SNI. */
export function isPassthrough(server: GatewayServer): boolean {
  const mode = server.tls?.['mode'];
  return mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH';
}

/** TLS that is no mere redirect of plain HTTP to it. */
export function isTlsServer(server: GatewayServer): boolean {
  return server.tls !== undefined && !isPlainHttp(server.protocol);
}

/** Plain HTTP, or HTTPS that is terminated here: a server with routes. */
export function isHttpServer(server: GatewayServer): boolean {
  return isPlainHttp(server.protocol) || (server.protocol === 'HTTPS' && !isPassthrough(server));
}

/** HTTPS terminated here could also be had as HTTP/3, where istiod's QUIC listeners are on. */
export function mayBeHttp3(server: GatewayServer): boolean {
  return server.protocol === 'HTTPS' && !isPassthrough(server);
}

/** Reads a server; undefined without a port, which validation refuses. */
export function gatewayServer(
  gateway: Resource,
  config: JsonObject,
): Omit<GatewayServer, 'listenerPort' | 'routeName'> | undefined {
  const port = config['port'];
  if (!isObject(port)) return undefined;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const { namespace, name } = gateway.metadata;
  return {
    gateway,
    gatewayName: `${namespace}/${name}`,
    config,
    hosts: sanitizedHosts(config['hosts'], namespace),
    port: { number: Number(port['number'] ?? 0), name: text(port['name']), protocol: text(port['protocol']) },
    protocol: parseProtocol(text(port['protocol'])),
    bind: text(config['bind']),
    ...(isObject(config['tls']) ? { tls: config['tls'] as JsonObject } : {}),
  };
}

/** istiod's `sanitizeServerHostNamespace`; a host of all namespaces and names makes the others superfluous. */
function sanitizedHosts(hosts: unknown, namespace: string): string[] {
  if (!Array.isArray(hosts)) return [];
  const out: string[] = [];
  for (const host of hosts.map(String)) {
    const [owner = '', name] = host.split('/');
    if (name === undefined) out.push(host);
    else if (owner === '.') out.push(`${namespace}/${name}`);
    else if (owner !== '*') out.push(host);
    else if (name === '*') return ['*'];
    else out.push(name);
  }
  return out;
}

/**
 * Name of the route configuration: `http.8080` for all plain HTTP servers of a port, `https.443.name.gateway.namespace`
 * for each that terminates TLS (istiod's `gatewayRDSRouteName`).
 */
export function gatewayRouteName(server: Omit<GatewayServer, 'routeName'>): string {
  const bind = server.bind === '' ? '' : `.${server.bind}`;
  if (isPlainHttp(server.protocol)) return `http.${server.listenerPort}${bind}`;
  const mode = server.tls?.['mode'];
  if (server.protocol !== 'HTTPS' || mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') return '';
  const { name, namespace } = server.gateway.metadata;
  return `https.${server.port.number}.${server.port.name}.${name}.${namespace}${bind}`;
}
