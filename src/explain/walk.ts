import type { Listener } from '../model/envoy.ts';
import { accept } from './accept.ts';
import { emptyHop, type Hop, type Sender, type World } from './hop.ts';
import { walkHttp } from './http/walk.ts';
import type { HttpRequest } from './request.ts';
import type { Subject } from './security/rbac.ts';
import type { Connection } from './tcp/connection.ts';
import { inboundListener, restoresDestination } from './tcp/listener.ts';
import { walkTcp } from './tcp/walk.ts';

/** Follows a request through one listener of a proxy and all that comes after. */
export function walkListener(
  proxy: Sender,
  listener: Listener | undefined,
  connection: Connection,
  request: HttpRequest,
  world: World,
): Hop {
  const hop = emptyHop(proxy.name, connection);
  const accepted = accept(hop, listener, connection, proxy.config);
  if ('kind' in accepted) {
    hop.outcome = { ...accepted, by: accepted.by ?? proxy.name };
    return hop;
  }
  const subject: Subject = {
    destinationIp: connection.destinationIp,
    destinationPort: connection.destinationPort,
    sni: accepted.sni,
    secure: accepted.secure,
    principal: accepted.principal,
    directRemoteIp: connection.sourceIp,
    remoteIp: remoteIp(accepted.manager, connection, request),
    metadata: {},
  };
  hop.outcome = accepted.manager
    ? walkHttp(hop, accepted, subject, request, proxy, world)
    : walkTcp(hop, accepted, subject, request, proxy, world);
  return hop;
}

/** Follows a request through the inbound side of a workload's proxy; behind it is the application. */
export function walkInbound(server: Sender, connection: Connection, request: HttpRequest, world: World): Hop {
  const { destinationIp, destinationPort } = connection;
  const inner: World = { ...world, peerAt: () => ({ name: server.name, address: destinationIp }) };
  const listener = inboundListener(server.config, destinationPort);
  const arrived: Connection = restoresDestination(listener) ? { ...connection, redirected: true } : connection;
  return walkListener(server, listener, arrived, request, inner);
}

/** The client's address as RBAC's `remote_ip` has it: by x-forwarded-for where earlier hops are trusted. */
function remoteIp(
  manager: Record<string, unknown> | undefined,
  { sourceIp }: Connection,
  request: HttpRequest,
): string | undefined {
  if (!manager) return sourceIp;
  const forwarded = (request.headers.get('x-forwarded-for') ?? [])
    .join(',')
    .split(',')
    .map((it) => it.trim())
    .filter((it) => it !== '');
  const trusted = Number(manager['xff_num_trusted_hops'] ?? 0);
  if (manager['use_remote_address'] === true) return trusted === 0 ? sourceIp : (forwarded.at(-trusted) ?? sourceIp);
  return forwarded.at(-1 - trusted) ?? sourceIp;
}
