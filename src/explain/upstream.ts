import type { Cluster, Message } from '../model/envoy.ts';
import { objects } from '../model/json.ts';
import { discoveryOf, type Endpoint, endpointsOf } from './cluster.ts';
import type { Application, Branch, Hop, Peer, Sender, World } from './hop.ts';
import { upgradeOf } from './http/upgrade.ts';
import { stringMatch } from './match/string-match.ts';
import { type Outcome, open, sameOutcome } from './outcome.ts';
import { percent } from './percent.ts';
import type { HttpRequest } from './request.ts';
import { missingSecret, missingWords } from './supplied.ts';
import type { ClientTls, Connection } from './tcp/connection.ts';
import { listenerAt } from './tcp/listener.ts';
import { type Transport, transportOf } from './upstream-tls.ts';
import { walkInbound, walkListener } from './walk.ts';

/** What is sent upstream: a request of HTTP, or bytes of a client that may speak TLS itself. */
export interface Payload {
  request: HttpRequest;
  /** TLS of the client that is passed on as it is. */
  tls?: ClientTls;
  http?: Connection['http'];
  /** Protocols that are offered instead of those of the cluster's TLS. */
  alpn?: readonly string[];
}

/** Endpoints whose ends are followed; beyond them all are taken for alike. */
const mostFollowed = 24;

/** Sends through one cluster: one branch for each endpoint that load balancing may choose. */
export function throughCluster(
  hop: Hop,
  sender: Sender,
  cluster: Cluster,
  share: number,
  payload: Payload,
  world: World,
): Branch[] {
  const discovery = discoveryOf(cluster);
  // OriginalDstCluster::LoadBalancer::chooseHost: only a redirected connection knows where it meant to go.
  if (discovery === 'ORIGINAL_DST' && !hop.connection.redirected) return [noHost(cluster, share, sender)];
  if (discovery === 'ORIGINAL_DST' || discovery === 'DYNAMIC_DNS' || discovery === 'OTHER') {
    const { destinationIp, destinationPort } = hop.connection;
    const transport = transportOf(cluster, undefined, sender.principal);
    const peer: Peer =
      discovery === 'ORIGINAL_DST'
        ? world.peerAt(destinationIp, destinationPort)
        : { name: payload.request.authority, address: destinationIp, outside: true };
    const end =
      unsupplied(hop, cluster, transport, sender) ?? reach(peer, destinationPort, transport, payload, sender, world);
    return [{ cluster: cluster.name, share, transport: transport.name, ...end }];
  }
  const endpoints = endpointsOf(sender.config, cluster);
  hop.endpoints.push(...endpoints);
  const used = endpoints.filter((it) => it.used).flatMap((it) => resolved(it, world));
  if (used.length === 0) return [noHost(cluster, share, sender)];
  const total = used.reduce((sum, it) => sum + it.weight, 0);
  return used.slice(0, mostFollowed).map((endpoint) => {
    const transport = transportOf(cluster, endpoint, sender.principal);
    const peer = world.peerAt(endpoint.address, endpoint.port);
    const end =
      unsupplied(hop, cluster, transport, sender) ?? reach(peer, endpoint.port, transport, payload, sender, world);
    return {
      cluster: cluster.name,
      share: share * (endpoint.weight / total),
      endpoint,
      transport: transport.name,
      ...end,
    };
  });
}

/** Without its secret a cluster's TLS has nothing to start with: no connection is made (`NotReadySslSocket`). */
function unsupplied(
  hop: Hop,
  cluster: Cluster,
  { common }: Transport,
  sender: Sender,
): Pick<Branch, 'outcome'> | undefined {
  if (!common) return undefined;
  hop.contexts.push(common.message);
  const missing = missingSecret(sender.config, common.message);
  if (!missing) return undefined;
  const what = `cluster ${cluster.name} without its secret`;
  if (!hop.decidedBy.some((it) => it.what === what))
    hop.decidedBy.push({ root: cluster, path: [...common.path, ...missing.path], what });
  const details = `TLS_error: Secret is not supplied by SDS: ${sender.name} ${missingWords(missing.name)}`;
  return { outcome: { kind: 'tls-failed', flag: '-', details } };
}

function noHost(cluster: Cluster, share: number, { name }: Sender): Branch {
  const outcome: Outcome = { kind: 'answer', status: 503, flag: 'UH', details: 'no_healthy_upstream', by: name };
  return { cluster: cluster.name, share, outcome };
}

/** An endpoint that has a name becomes one for each address of it, as clusters of DNS have it (STRICT_DNS). */
function resolved(endpoint: Endpoint, world: World): Endpoint[] {
  const addresses = world.addressesOf?.(endpoint.address);
  if (addresses === undefined) return [endpoint];
  return addresses.map((address) => ({ ...endpoint, address }));
}

/** Connects to a peer and hands it the payload. */
export function reach(
  peer: Peer,
  port: number,
  transport: Transport,
  payload: Payload,
  sender: Sender | undefined,
  world: World,
): { outcome: Outcome; inbound?: Hop } {
  if (peer.refuses) return { outcome: { kind: 'refused', flag: '-', details: peer.note ?? 'nobody listens' } };
  if (transport.proxyProtocol) return { outcome: open(`whether ${peer.name} understands a PROXY header`) };
  if (peer.outside) {
    const answer = open(`what ${peer.name} answers, which is outside of the mesh`);
    return { outcome: { ...answer, decidedBy: 'outside', by: peer.name } };
  }
  if (!peer.config) return { outcome: application(peer, port, transport, payload, world) };
  const connection: Connection = {
    destinationIp: peer.address,
    destinationPort: port,
    ...(transport.tls
      ? { tls: { ...transport.tls, alpn: payload.alpn ?? transport.tls.alpn }, inner: payload.tls }
      : { tls: payload.tls, http: payload.http }),
  };
  const server: Sender = { name: peer.name, config: peer.config, principal: peer.principal };
  const arriving = { ...connection, sourceIp: sender?.address };
  const inbound = peer.gateway
    ? throughGateway(server, arriving, payload.request, world)
    : walkInbound(server, arriving, payload.request, world);
  // What takes no connection ends it before the handshake does.
  if (transport.tls && inbound.listener && inbound.protocol === 'none' && inbound.outcome.kind === 'closed')
    return { inbound, outcome: { ...inbound.outcome, kind: 'tls-failed', flag: '-' } };
  const shown = presentsIdentity(inbound.filterChain?.transport_socket);
  if (shown && transport.tls && !isExpected(transport.serverNames, peer.principal))
    return {
      inbound,
      outcome: { kind: 'tls-failed', flag: '-', details: `the server is ${peer.principal}, another name is expected` },
    };
  return { inbound, outcome: inbound.outcome };
}

/** Gateways may send to each other in a circle: this many in a row are followed. */
const mostGateways = 4;

function throughGateway(gateway: Sender, connection: Connection, request: HttpRequest, world: World): Hop {
  const depth = (world.depth ?? 0) + 1;
  const listener = listenerAt(gateway.config, connection.destinationIp, connection.destinationPort);
  const hop = walkListener(gateway, depth > mostGateways ? undefined : listener, connection, request, {
    ...world,
    depth,
  });
  if (depth > mostGateways) hop.outcome = open('the request goes through too many gateways');
  return hop;
}

/** What the application behind makes of a payload; where it is in doubt what it speaks, all that it may make of it. */
function application(peer: Peer, port: number, transport: Transport, payload: Payload, world: World): Outcome {
  const own = world.application?.(peer.name, port);
  if (own?.speaks !== 'unknown') return served(peer, port, transport, payload, world, own);
  const kinds = ['http', 'bytes', 'nothing'] as const;
  const ends = kinds.map((speaks) => served(peer, port, transport, payload, world, { ...own, speaks }));
  const first = ends[0] as Outcome;
  return ends.every((it) => sameOutcome(it, first)) ? first : { ...open(own.doubt ?? '', ends), server: peer.name };
}

function served(
  peer: Peer,
  port: number,
  transport: Transport,
  payload: Payload,
  world: World,
  own: Application | undefined,
): Outcome {
  if (transport.tls?.principal !== undefined)
    return {
      kind: 'tls-failed',
      flag: '-',
      details: `${peer.name} has no proxy${peer.note ? ` here (${peer.note})` : ''}, and does not understand mutual TLS`,
    };
  const end = { flag: '-', by: 'application', server: peer.name };
  if (own?.speaks === 'nothing')
    return { ...end, kind: 'refused', by: undefined, details: `nobody listens at port ${port} of ${peer.name}` };
  if (own?.tls === false && (transport.tls || payload.tls))
    return { ...end, kind: transport.tls ? 'tls-failed' : 'closed', details: `${peer.name} does not speak TLS` };
  if (own?.speaks === 'bytes' || (own?.http2 === false && payload.http === 'h2c'))
    return { ...end, kind: 'closed', garbled: true, details: `${peer.name} does not answer in HTTP` };
  const assumes = transport.tls || payload.tls ? [`${peer.name} speaks TLS`] : [];
  return {
    ...end,
    kind: 'answer',
    status: world.answer ?? (isSwitched(payload.request) ? 101 : 200),
    details: 'via_upstream',
    upstream: payload.request,
    assumes,
  };
}

/** Whether an application that agrees answers with a switch of protocols; to a CONNECT it says 200. */
function isSwitched(request: HttpRequest): boolean {
  return request.method !== 'CONNECT' && upgradeOf(request) !== undefined;
}

/** Whether a filter chain terminates TLS with the certificate of its workload, not with one of a credential. */
function presentsIdentity(socket: Message | undefined): boolean {
  const common = socket?.['typed_config']?.['common_tls_context'];
  return objects(common?.['tls_certificate_sds_secret_configs']).some((it) => it['name'] === 'default');
}

/** Whether a server's identity is one of those that the client expects; one that is not known passes. */
function isExpected(names: readonly Message[], principal: string | undefined): boolean {
  return names.length === 0 || principal === undefined || names.some((it) => stringMatch(it).test(principal));
}

/** One outcome of all branches: the common one, or that chance decides. */
export function merged(branches: readonly Branch[]): Outcome {
  const [first, ...others] = branches;
  if (!first) return open('no cluster has a share of the requests');
  const different = others.find((it) => !sameOutcome(it.outcome, first.outcome));
  if (!different) return first.outcome;
  const ends = new Map<string, number>();
  for (const { outcome, share } of branches) {
    const words =
      outcome.kind === 'answer'
        ? `${outcome.status}${outcome.flag === '-' ? '' : ` ${outcome.flag}`}`
        : (outcome.reason ?? outcome.kind);
    ends.set(words, (ends.get(words) ?? 0) + share);
  }
  const reason = `chance: ${[...ends].map(([words, part]) => `${percent(part)} ${words}`).join(', ')}`;
  const outcomes = branches.map((it) => it.outcome);
  return { ...open(reason, outcomes), decidedBy: 'chance' };
}
