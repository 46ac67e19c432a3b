import type { Protocol } from './types.ts';

/** By name; maps and no objects, as authors may name a port `constructor`. */
const byName: ReadonlyMap<string, Protocol> = new Map([
  ['tcp', 'TCP'],
  ['udp', 'UDP'],
  ['grpc', 'GRPC'],
  ['grpc-web', 'GRPC-Web'],
  ['http', 'HTTP'],
  ['http_proxy', 'HTTP_PROXY'],
  ['http2', 'HTTP2'],
  ['https', 'HTTPS'],
  ['tls', 'TLS'],
  ['mongo', 'Mongo'],
  ['redis', 'Redis'],
  ['mysql', 'MySQL'],
]);

/** The standard appProtocol names of Kubernetes that Istio knows (pkg/config/kube.ConvertProtocol). */
const kubernetesAppProtocols: ReadonlyMap<string, Protocol> = new Map([
  ['kubernetes.io/h2c', 'HTTP2'],
  ['kubernetes.io/ws', 'HTTP'],
  ['kubernetes.io/wss', 'HTTPS'],
]);

/** Server-first protocols' ports: never sniffed, TCP where nothing else is said. */
const wellKnownTcpPorts = new Set([25, 53, 3306, 27017]);

/** Protocol of a ServiceEntry's, Gateway's or Sidecar's port (protocol.Parse): by name, case ignored. */
export function parseProtocol(name: string): Protocol {
  return byName.get(name.toLowerCase()) ?? 'Unsupported';
}

/**
 * Protocol of a Kubernetes Service's port (pkg/config/kube.ConvertProtocol): UDP by the transport; else appProtocol,
 * else the port name's prefix before the first hyphen.
 */
export function kubernetesProtocol(port: {
  port: number;
  name?: string | undefined;
  protocol?: string | undefined;
  appProtocol?: string | undefined;
}): Protocol {
  if (port.protocol === 'UDP') return 'UDP';
  const name = port.appProtocol ?? port.name ?? '';
  if (port.appProtocol !== undefined) {
    const standard = kubernetesAppProtocols.get(port.appProtocol);
    if (standard) return standard;
  }
  if (name.slice(0, 8).toLowerCase() === 'grpc-web') return 'GRPC-Web';
  const prefix = name.split('-')[0] ?? '';
  const protocol = parseProtocol(prefix);
  return protocol === 'Unsupported' && wellKnownTcpPorts.has(port.port) ? 'TCP' : protocol;
}
