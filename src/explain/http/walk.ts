import type { Message, Route, RouteConfiguration } from '../../model/envoy.ts';
import { objects, type Path } from '../../model/json.ts';
import type { Accepted } from '../accept.ts';
import { indexOf } from '../cluster.ts';
import type { Branch, Hop, Sender, World } from '../hop.ts';
import { isGrpc } from '../match/route-match.ts';
import { localReply, type Outcome, open } from '../outcome.ts';
import { type HttpRequest, headerOf } from '../request.ts';
import type { Subject } from '../security/rbac.ts';
import type { Connection } from '../tcp/connection.ts';
import { merged, type Payload, throughCluster } from '../upstream.ts';
import { protocolsOffered, upstreamProtocol } from './alpn.ts';
import { type FilterWalk, walkFilters } from './filters.ts';
import { trustsForwarded } from './forwarded.ts';
import { changedHeaders, headerChanges } from './headers.ts';
import { malformation } from './malformed.ts';
import { normalizePath } from './normalize.ts';
import { noteAnswer } from './note-answer.ts';
import { redirectLocation, redirectStatus, rewritten, tlsLocation } from './redirect.ts';
import { retries, retryPolicy } from './retry.ts';
import { type RouteFound, RouteTable } from './route-table.ts';
import { type ClusterShare, clusterShares } from './shares.ts';
import { allowsUpgrade, upgradeOf } from './upgrade.ts';
import { withoutPort } from './virtual-host.ts';

/** Passes a request through a connection manager: normalization, route, filters, router. */
export function walkHttp(
  hop: Hop,
  accepted: Accepted,
  subject: Subject,
  original: HttpRequest,
  sender: Sender,
  world: World,
): Outcome {
  const manager = accepted.manager ?? {};
  const malformed = malformation(original, hop.connection.http === 'h2c');
  if (malformed) return localReply(400, malformed, '-', { by: hop.proxy });
  const normalized = normalizePath(original.path, manager);
  if ('status' in normalized) {
    const { status, details, location } = normalized;
    // A client of gRPC gets no Location here.
    const reply = isGrpc(original) ? { by: hop.proxy } : { by: hop.proxy, location };
    return forGrpc(localReply(status, details, '-', reply), original, hop.proxy);
  }
  const request = received(original, manager, accepted.secure, normalized.path, hop.connection);
  hop.request = request;
  const config = routeConfiguration(manager, sender);
  if (!config) return localReply(404, 'route_not_found', 'NR', { by: hop.proxy });
  hop.config = config;
  const table = RouteTable.of(config);
  let found = note(hop, table, request);
  const upgrade = upgradeOf(request);
  if (upgrade !== undefined && (found.route || found.needsTls) && !allowsUpgrade(upgrade, manager, found.route))
    return forGrpc(localReply(403, 'upgrade_failed', '-', { by: hop.proxy }), request, hop.proxy);
  const filters = objects(manager['http_filters']) as Message[];
  const inForce = { ...request, metadata: subject.metadata };
  const walk = walkFilters(filters, levelsOf(found, config), inForce, { ...subject, request }, world.now);
  hop.filters = walk.verdicts;
  noteAnswer(hop, found, walk);
  if (walk.rerouted) found = note(hop, table, walk.request);
  const outcome = walk.outcome ?? route(hop, manager, table, found, walk.request, sender, world, walk.flags);
  const certain = found.unpredictable ? open(found.unpredictable.reason) : outcome;
  const own = { ...certain, by: certain.by ?? hop.proxy, assumes: [...(certain.assumes ?? []), ...walk.assumes] };
  const result = forGrpc(own, request, hop.proxy);
  return unlessChance(result, walk, request, hop.proxy);
}

/** What is sure of an outcome before which chance, another server or earlier traffic may step in. */
function unlessChance(outcome: Outcome, { chances, delays }: FilterWalk, request: HttpRequest, proxy: string): Outcome {
  const flags = delays.map(() => (outcome.flag === '-' ? 'DI' : `DI,${outcome.flag}`));
  const result: Outcome =
    flags.length === 0
      ? outcome
      : {
          ...outcome,
          otherFlags: [...(outcome.otherFlags ?? []), ...flags],
          assumes: [...(outcome.assumes ?? []), ...delays],
        };
  if (chances.length === 0) return result;
  const rest = result.kind === 'answer' ? String(result.status) : (result.reason ?? result.kind);
  const words = [...chances.map((it) => it.words), ...delays].join('; ');
  const known = chances.flatMap((it) => (it.end ? [forGrpc({ ...it.end, by: proxy }, request, proxy)] : []));
  const ends = known.length === chances.length ? known : undefined;
  return {
    ...open(`${words}; what passes: ${rest}`, ends && [...ends, result]),
    by: proxy,
    assumes: outcome.assumes,
    upstream: outcome.upstream,
  };
}

/** A client of gRPC gets an answer of the proxy as a status of gRPC in a 200. */
function forGrpc(outcome: Outcome, request: HttpRequest, proxy: string): Outcome {
  return isGrpc(request) && outcome.kind === 'answer' && outcome.by === proxy ? { ...outcome, status: 200 } : outcome;
}

/** The request as the connection manager hands it to filters (ConnectionManagerUtility::mutateRequestHeaders). */
function received(
  request: HttpRequest,
  manager: Message,
  secure: boolean,
  path: string,
  { sourceIp, destinationPort }: Connection,
): HttpRequest {
  const own = secure ? 'https' : 'http';
  const told = headerOf(request, 'x-forwarded-proto');
  const trusted = trustsForwarded(manager);
  const scheme = trusted && told && /^https?$/i.test(told) ? told.toLowerCase() : own;
  const headers = new Map(request.headers).set('x-forwarded-proto', [trusted && told ? told : own]);
  if (manager['use_remote_address'] === true && manager['skip_xff_append'] !== true && sourceIp !== undefined)
    headers.set('x-forwarded-for', [...(headers.get('x-forwarded-for') ?? []), sourceIp]);
  let { authority } = request;
  if (manager['strip_any_host_port'] === true) authority = withoutPort(authority);
  else if (manager['strip_matching_host_port'] === true) authority = withoutPort(authority, destinationPort);
  if (manager['strip_trailing_host_dot'] === true) authority = authority.replace(/\.(?=$|:[^.]*$)/, '');
  return { ...request, scheme, authority, path, headers };
}

function routeConfiguration(manager: Message, sender: Sender): RouteConfiguration | undefined {
  if (manager['route_config']) return manager['route_config'] as RouteConfiguration;
  return indexOf(sender.config).routes.get(manager['rds']?.['route_config_name']);
}

/** Finds the route and writes it into the hop. */
function note(hop: Hop, table: RouteTable, request: HttpRequest): RouteFound {
  const found = table.find(request);
  hop.virtualHost = found.virtualHost;
  hop.route = found.route;
  hop.lost = () => table.lost(request, found);
  hop.clusters = found.route
    ? clusterShares(found.route, request).map(({ cluster, share, entry }) => ({ cluster, weight: share, entry }))
    : [];
  hop.routePath = found.route
    ? ['virtual_hosts', found.virtualHostIndex ?? 0, 'routes', found.routeIndex ?? 0]
    : undefined;
  return found;
}

function levelsOf(found: RouteFound, config: RouteConfiguration): (Route | Message | undefined)[] {
  const entries = objects(found.route?.['route']?.['weighted_clusters']?.['clusters']);
  return [entries.length === 1 ? entries[0] : undefined, found.route, found.virtualHost, config];
}

/** What the router does at the end of the filters. */
function route(
  hop: Hop,
  manager: Message,
  table: RouteTable,
  found: RouteFound,
  request: HttpRequest,
  sender: Sender,
  world: World,
  flags: readonly string[],
): Outcome {
  const { config } = table;
  const { route: chosen, match, virtualHost } = found;
  if (found.needsTls) return localReply(301, 'direct_response', flagsOf(flags), { location: tlsLocation(request) });
  if (!chosen || !match || !hop.routePath) {
    const where = found.virtualHostIndex === undefined ? [] : ['virtual_hosts', found.virtualHostIndex];
    hop.decidedBy.push({
      root: config,
      path: where,
      what: virtualHost ? `no route of virtual host ${virtualHost.name}` : 'no virtual host',
    });
    return localReply(404, 'route_not_found', flagsOf([...flags, 'NR']));
  }
  hop.decidedBy.push({ root: config, path: hop.routePath, what: `route ${chosen.name ?? hop.routePath.at(-1)}` });
  if (chosen['redirect']) {
    const location = redirectLocation(chosen['redirect'], match, request);
    return localReply(redirectStatus(chosen['redirect']), 'direct_response', flagsOf(flags), { location });
  }
  if (chosen['direct_response']) {
    const { status, body } = chosen['direct_response'];
    return localReply(Number(status ?? 200), 'direct_response', flagsOf(flags), { body: body?.['inline_string'] });
  }
  if (!chosen['route']) return open('the route has an action that is not known');
  const shares = clusterShares(chosen, request);
  const entry = shares.length === 1 ? shares[0]?.entry : undefined;
  hop.headerChanges = headerChanges('request', config, virtualHost, chosen, entry).flat();
  hop.responseChanges = headerChanges('response', config, virtualHost, chosen, entry).flat();
  hop.upstream = upstreamRequest(config, found, entry, request);
  hop.rewritten = hop.upstream;
  hop.branches = shares.flatMap((it) => send(hop, manager, config, found, it, request, sender, world, flags));
  return merged(hop.branches);
}

/** The request as the router sends it: headers are changed before host and path (RouteEntryImplBase::finalizeRequestHeaders). */
function upstreamRequest(
  config: RouteConfiguration,
  { route: chosen, match, virtualHost }: RouteFound,
  entry: Message | undefined,
  request: HttpRequest,
): HttpRequest {
  const levels = headerChanges('request', config, virtualHost, chosen, entry);
  const headers = changedHeaders(request.headers, levels, request);
  const changed = { ...request, headers, metadata: undefined };
  return chosen && match ? { ...changed, ...rewritten(chosen, match, changed, entry) } : changed;
}

const notFound: Record<string, number> = { NOT_FOUND: 404, INTERNAL_SERVER_ERROR: 500 };

function send(
  hop: Hop,
  manager: Message,
  config: RouteConfiguration,
  found: RouteFound,
  share: ClusterShare,
  request: HttpRequest,
  sender: Sender,
  world: World,
  flags: readonly string[],
): Branch[] {
  const chosen = found.route as Route;
  const cluster = indexOf(sender.config).clusters.get(share.cluster);
  if (!cluster) {
    hop.decidedBy.push({
      root: config,
      path: [...(hop.routePath ?? []), ...placeOf(chosen, share)],
      what: `cluster ${share.cluster} does not exist`,
    });
    const status = notFound[chosen['route']?.['cluster_not_found_response_code'] ?? ''] ?? 503;
    return [
      {
        cluster: share.cluster,
        share: share.share,
        outcome: localReply(status, 'cluster_not_found', flagsOf([...flags, 'NC'])),
      },
    ];
  }
  const protocol = upstreamProtocol(cluster, hop.connection);
  const payload: Payload = {
    request: share.share === 1 && hop.upstream ? hop.upstream : upstreamRequest(config, found, share.entry, request),
    http: protocol,
    alpn: protocolsOffered(manager, cluster, protocol),
  };
  const policy = retryPolicy(chosen, found.virtualHost);
  const branches = throughCluster(hop, sender, cluster, share.share, payload, world);
  if (branches.some((it) => it.inbound && (it.outcome.kind === 'closed' || it.outcome.kind === 'tls-failed')))
    hop.decidedBy.push({
      root: cluster,
      path: ['transport_socket'],
      what: `cluster ${cluster.name} sends ${branches[0]?.transport ?? ''}`,
    });
  return branches.map((branch) => ({ ...branch, outcome: asAnswer(branch.outcome, policy, flags, hop.proxy) }));
}

/** Where a route names a cluster, below the route. */
function placeOf(route: Route, { entry }: ClusterShare): Path {
  if (!entry) return ['route', route['route']?.['cluster_header'] ? 'cluster_header' : 'cluster'];
  const index = objects(route['route']?.['weighted_clusters']?.['clusters']).indexOf(entry);
  return ['route', 'weighted_clusters', 'clusters', index, 'name'];
}

/** How the router tells its client that the other side failed. */
function asAnswer(outcome: Outcome, policy: Message | undefined, flags: readonly string[], proxy: string): Outcome {
  const reset = 'upstream_reset_before_response_started';
  if (outcome.kind === 'closed' && outcome.garbled) {
    const again = retries(policy, 'reset') ? ['URX'] : [];
    return {
      ...outcome,
      kind: 'answer',
      status: 502,
      flag: flagsOf([...flags, ...again, 'UPE']),
      details: `${reset}{protocol_error}`,
    };
  }
  if (outcome.kind === 'closed') {
    const again = retries(policy, 'reset') ? ['URX'] : [];
    return {
      kind: 'answer',
      status: 503,
      flag: flagsOf([...flags, ...again, 'UC']),
      details: `${reset}{connection_termination}: ${outcome.details}`,
    };
  }
  if (outcome.kind === 'refused' || outcome.kind === 'tls-failed') {
    const again = retries(policy, 'connect') ? ['URX'] : [];
    return {
      kind: 'answer',
      status: 503,
      flag: flagsOf([...flags, ...again, 'UF']),
      details: `${reset}{remote_connection_failure}: ${outcome.details}`,
    };
  }
  if (outcome.kind === 'open')
    return outcome.ends ? { ...outcome, ends: outcome.ends.map((it) => asAnswer(it, policy, flags, proxy)) } : outcome;
  if (outcome.flag === 'UH' && outcome.by === proxy) return { ...outcome, flag: flagsOf([...flags, 'UH']) };
  const again = outcome.status !== undefined && retries(policy, outcome.status) ? ['URX'] : [];
  return { ...outcome, details: 'via_upstream', flag: flagsOf([...flags, ...again]) };
}

function flagsOf(flags: readonly string[]): string {
  return flags.length === 0 ? '-' : flags.join(',');
}
