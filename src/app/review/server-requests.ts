import { explainDirect, readRequest } from '../../explain/index.ts';
import type { Message } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { ServiceTarget } from '../../registry/types.ts';
import type { AskedMesh } from './ask.ts';
import { underDomain } from './boundary/authority.ts';
import { filterMatches } from './boundary/filter-matches.ts';
import { type BoundaryRequest, boundaryRequests } from './boundary/index.ts';
import { writtenOf } from './curl.ts';
import type { EffectiveChange } from './effective-changes.ts';
import { type End, endOf, ofBytes } from './request-end.ts';
import { type DifferentRequest, differenceOf, endOfAsked, type MeshSides, type Told } from './sides.ts';

/** Beyond so many requests of one client to one port no more are made, and not more clients ask. */
const mostAsked = 200;
const mostClients = 40;

/** Proxies of one identity; none: a pod without a sidecar. */
type Client = readonly Proxy[];

/**
 * Requests to workloads of which the listeners for inbound traffic change, made from what their filters look at: from a
 * client of each identity that has a sidecar, and in plain text from a pod without.
 */
export function serverRequests(sides: MeshSides, changes: readonly EffectiveChange[]): DifferentRequest[] {
  const clients = clientsOf(sides.head);
  const found = new Map<string, { told: Told; from: Set<string> }>();
  const known = new Set<string>();
  for (const { proxy: server, former, differences } of changes) {
    if (server.type !== 'sidecar' || !differences.some(isInbound)) continue;
    const inbound = [inboundOf(sides.base, former), inboundOf(sides.head, server)];
    const requests = boundaryRequests(
      // A server is asked for by any name.
      { base: [], head: [], changed: [], filters: filterMatches(inbound), domains: underDomain('*.example') },
      mostAsked,
    );
    for (const target of sides.head.compiled.registry.serviceTargets(server)) {
      const { service, port } = target;
      if (!/HTTP|GRPC|Unsupported|TCP/.test(port.protocol) || service.registry !== 'Kubernetes') continue;
      // Pods of one Deployment answer alike.
      const like = JSON.stringify([service.hostname, port.port, inbound]).replaceAll(server.ipAddresses[0] ?? '-', '');
      if (known.has(like)) continue;
      known.add(like);
      const made = /TCP/.test(port.protocol) ? requests.slice(0, 1) : requests;
      for (const client of clients)
        for (const told of differencesFor(sides, client, server, target, made)) {
          const key = JSON.stringify([told, client.length === 0]);
          const known = found.get(key) ?? { told, from: new Set() };
          found.set(key, known);
          for (const { id } of client) known.from.add(id);
        }
    }
  }
  return [...found.values()].map(({ told, from }) => ({ proxies: [...from], ...told }));
}

export function isInbound({ type, name }: EffectiveChange['differences'][number]): boolean {
  return type === 'listener' && name.startsWith('virtualInbound');
}

function inboundOf({ compiled }: AskedMesh, proxy: Proxy): Message[] {
  return compiled.config(proxy).listeners.filter(({ name }) => name === 'virtualInbound');
}

/** The clients by their identity, those without a sidecar first. */
function clientsOf({ compiled }: AskedMesh): Client[] {
  const byIdentity = Map.groupBy(
    compiled.proxies.filter(({ type }) => type === 'sidecar'),
    ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`,
  );
  return [[], ...[...byIdentity.values()].slice(0, mostClients)];
}

function differencesFor(
  sides: MeshSides,
  client: Client,
  server: Proxy,
  target: ServiceTarget,
  requests: readonly BoundaryRequest[],
): Told[] {
  const kinds = new Map<string, Told>();
  const { hostname: host } = target.service;
  const { port, protocol } = target.port;
  const bytes = /TCP/.test(protocol);
  for (const request of requests) {
    const difference = differenceOf(sides, (side) => endAt(side, client, server, target, request));
    if (!difference) continue;
    const words = bytes ? ofBytes(difference) : difference;
    const kind = `${words.base} ${words.head}`;
    if (kinds.has(kind)) continue;
    kinds.set(kind, { ...writtenOf({ host, port, tls: false, gateway: false, bytes }, request), ...words });
  }
  return [...kinds.values()];
}

function endAt(
  side: AskedMesh,
  [proxy]: Client,
  server: Proxy,
  target: ServiceTarget,
  request: BoundaryRequest,
): End | undefined {
  const { hostname: host } = target.service;
  const { port } = target.port;
  if (proxy) return endOfAsked(side, { proxy, host, port, tls: false, request });
  const { mesh } = side;
  const peer = mesh.peerAt(server.ipAddresses[0] ?? '', target.targetPort);
  const authority = request.authority === undefined ? [] : [`Host: ${request.authority}`];
  const read = readRequest(`http://${host}:${port}${request.path}`, [...authority, ...request.headers], request.method);
  return endOf(explainDirect(peer, target.targetPort, read, undefined, mesh.world({ answer: 200 })));
}
