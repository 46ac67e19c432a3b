import type { ProxyConfig } from '../model/envoy.ts';
import type { Hop, Peer, Sender, World } from './hop.ts';
import { isGrpc } from './match/route-match.ts';
import type { Outcome } from './outcome.ts';
import type { ClientRequest } from './request.ts';
import type { ClientTls, Connection } from './tcp/connection.ts';
import { listenerAt, outboundListener } from './tcp/listener.ts';
import { reach } from './upstream.ts';
import { walkListener } from './walk.ts';

export type { ServedConfig } from './cluster.ts';
export type { Application, Hop, Peer, Sender, World } from './hop.ts';
export { changesOf } from './http/headers.ts';
export { replaceAll } from './match/regex.ts';
export { type MutualTls, mutualTlsMode } from './mutual-tls.ts';
export type { Outcome } from './outcome.ts';
export { percent, share } from './percent.ts';
export { type ClientRequest, RequestError, readRequest } from './request.ts';
export { cidrRange, isAddress } from './security/ip-range.ts';
export { missingSecret, usesCredentials } from './supplied.ts';

/** How a request went: the proxies in order, and the end that the client sees. */
export interface Explanation {
  /** The client's own proxy or the gateway; empty where neither is in the way. */
  hop?: Hop;
  outcome: Outcome;
  /** For a client whose traffic passes no proxy: the server's side. */
  inbound?: Hop;
}

/** Follows a request of an application whose outbound traffic its proxy takes. */
export function explainOutbound(sender: Sender, ip: string, request: ClientRequest, world: World): Explanation {
  const connection = { ...connectionOf(request, ip, sender.address), redirected: true as const };
  const hop = walkListener(sender, outboundListener(sender.config, ip, request.port), connection, request.http, world);
  return { hop, outcome: hop.outcome };
}

/** Follows a request of an application to its own pod, where one of its proxy's listeners is bound to the port. */
export function explainLocal(
  sender: Sender,
  ip: string,
  request: ClientRequest,
  world: World,
): Explanation | undefined {
  const listener = listenerAt(sender.config, ip, request.port);
  if (!listener || listener['bind_to_port'] === false) return undefined;
  const hop = walkListener(sender, listener, connectionOf(request, ip, ip), request.http, world);
  return { hop, outcome: hop.outcome };
}

/** Follows a request that a client outside of the mesh sends to a port of a gateway. */
export function explainGateway(
  gateway: Sender,
  port: number,
  request: ClientRequest,
  clientIp: string | undefined,
  world: World,
): Explanation {
  const ip = gateway.address ?? '';
  const connection = { ...connectionOf(request, ip, clientIp), destinationPort: port };
  const hop = walkListener(gateway, listenerAt(gateway.config, ip, port), connection, request.http, world);
  return { hop, outcome: hop.outcome };
}

/** Follows a request of a client without a proxy, or past it, to a peer. */
export function explainDirect(
  peer: Peer,
  port: number,
  request: ClientRequest,
  clientIp: string | undefined,
  world: World,
): Explanation {
  const { tls, http } = connectionOf(request, peer.address, clientIp);
  const nobody: ProxyConfig = { clusters: [], endpoints: [], listeners: [], routes: [] };
  const sender: Sender = { name: 'client', config: nobody, address: clientIp };
  return reach(peer, port, { serverNames: [], name: 'plaintext' }, { request: request.http, tls, http }, sender, world);
}

/** The first bytes of a request as a usual client sends them: SNI for names only, HTTP/2 offered in TLS. */
function connectionOf(request: ClientRequest, ip: string, clientIp: string | undefined): Connection {
  const isName = !/^[\d.]+$|:/.test(request.host);
  const tls: ClientTls = {
    sni: isName ? request.host : undefined,
    alpn: ['h2', 'http/1.1'],
    mutual: false,
    ofApplication: true,
  };
  return {
    destinationIp: ip,
    destinationPort: request.port,
    sourceIp: clientIp,
    // Clients of gRPC speak HTTP/2 from the start.
    ...(request.tls ? { tls } : { http: isGrpc(request.http) ? ('h2c' as const) : ('http/1.1' as const) }),
  };
}
