import { changesOf, type Hop, type MutualTls, mutualTlsMode, type Outcome } from '../../explain/index.ts';
import type { Message } from '../../model/envoy.ts';
import type { Answer } from './ask.ts';
import { filterOrigin } from './filter-origin.ts';
import type { Origins, Reference } from './origins.ts';
import { type FaultReport, faultOf, hashWords, mirrorWords, retryWords } from './route-actions.ts';

/** A change of one header. */
export interface HeaderReport {
  name: string;
  action: string;
  value: string | null;
}

/** One proxy on the way of a request, in the terms of the report. */
export interface HopReport {
  proxy: string;
  protocol: Hop['protocol'];
  listener: string | null;
  /** What the inbound side of a workload takes, and where that is said; null for other listeners. */
  mutualTls: { mode: MutualTls; decidedBy: Reference | null } | null;
  filterChain: string | null;
  virtualHost: string | null;
  route: string | null;
  /** Each with its share, and the changes that are made only of what goes there. */
  clusters: { cluster: string; weight: number; headers: HeaderReport[]; responseHeaders: HeaderReport[] }[];
  endpoints: {
    address: string;
    health: string;
    priority: number;
    locality: string;
    share: number;
    transport: string;
  }[];
  rewrittenPath: string | null;
  rewrittenHost: string | null;
  headers: HeaderReport[];
  /** Changes of the response's headers. */
  responseHeaders: HeaderReport[];
  timeout: string | null;
  retries: string | null;
  /** What the route's fault filter does, also to a share of requests. */
  fault: FaultReport | null;
  mirrors: string[];
  /** What load balancing hashes, in order: `header x-user`, `cookie session`. */
  hashPolicy: string[];
  filters: { filter: string; verdict: string; why: string; decidedBy: Reference | null }[];
  decidedBy: (Reference & { what: string })[];
  lost: { route: string; why: string; resource: string | null; location: Reference['location'] }[];
}

/** How a request goes on one side. */
export interface SideReport extends HopReport {
  /** `answer`, `closed`, `refused`, `tls-failed`, or `open` where it cannot be told: then `reason` says what decides. */
  kind: Outcome['kind'];
  status: number | null;
  flag: string;
  details: string;
  reason: string | null;
  assumes: string[];
  answeredBy: string | null;
  location: string | null;
  upstream: { path: string; authority: string; headers: Record<string, string> } | null;
  resolved: string | null;
  /** The destination's side, one entry for each proxy that may get the request. */
  inbound: (HopReport & { share: number; status: number | null; flag: string })[];
}

/** Puts an answer into the terms of the report, each decision with the line that it comes from. */
export function sideReport(answer: Answer, origins: Origins): SideReport {
  const { outcome, hop, resolved } = answer;
  const branches = hop?.branches ?? [];
  const inbound = branches.flatMap(({ inbound: it, share }) => (it ? [{ hop: it, share }] : []));
  if (answer.inbound) inbound.push({ hop: answer.inbound, share: 1 });
  return {
    kind: outcome.kind,
    status: outcome.status ?? null,
    flag: outcome.flag,
    details: outcome.details,
    reason: outcome.reason ?? null,
    assumes: [...new Set(outcome.assumes)],
    answeredBy: outcome.by ?? null,
    location: outcome.location ?? null,
    upstream: outcome.upstream
      ? {
          path: outcome.upstream.path,
          authority: outcome.upstream.authority,
          headers: Object.fromEntries([...outcome.upstream.headers].map(([name, values]) => [name, values.join(',')])),
        }
      : null,
    resolved: resolved ? `${resolved.how}${resolved.ip === '' ? '' : `, ${resolved.ip}`}` : null,
    ...(hop ? hopReport(hop, origins) : noHop),
    inbound: inbound.map((it) => ({
      ...hopReport(it.hop, origins),
      share: it.share,
      status: it.hop.outcome.status ?? null,
      flag: it.hop.outcome.flag,
    })),
  };
}

const noHop: HopReport = {
  proxy: '',
  protocol: 'none',
  listener: null,
  mutualTls: null,
  filterChain: null,
  virtualHost: null,
  route: null,
  clusters: [],
  endpoints: [],
  rewrittenPath: null,
  rewrittenHost: null,
  headers: [],
  responseHeaders: [],
  timeout: null,
  retries: null,
  fault: null,
  mirrors: [],
  hashPolicy: [],
  filters: [],
  decidedBy: [],
  lost: [],
};

function headerChange({ name, action, value }: Hop['headerChanges'][number]): HeaderReport {
  return { name, action, value: value ?? null };
}

/** Endpoints that get requests, and after them those that get none: unhealthy, or of a later priority. */
function endpointsOf({ branches, endpoints }: Hop): HopReport['endpoints'] {
  const shown = (it: Hop['endpoints'][number], share: number, transport: string): HopReport['endpoints'][number] => ({
    address: `${it.address}:${it.port}`,
    health: it.health,
    priority: it.priority,
    locality: it.locality,
    share,
    transport,
  });
  return [
    ...branches.flatMap(({ endpoint, share, transport = '' }) => (endpoint ? [shown(endpoint, share, transport)] : [])),
    ...endpoints.filter((it) => !it.used).map((it) => shown(it, 0, '')),
  ];
}

function clustersOf({ clusters }: Hop): HopReport['clusters'] {
  return clusters.map(({ cluster, weight, entry }) => {
    // What one cluster alone does is in the changes of all requests.
    const own = clusters.length > 1 && entry ? changesOf(entry) : undefined;
    const host = own && entry?.['host_rewrite_literal'];
    const headers = [
      ...(host ? [{ name: 'host', action: 'set', value: String(host) }] : []),
      ...(own?.request ?? []).map(headerChange),
    ];
    return { cluster, weight, headers, responseHeaders: (own?.response ?? []).map(headerChange) };
  });
}

function hopReport(hop: Hop, origins: Origins): HopReport {
  const action: Message = hop.route?.['route'] ?? {};
  const policy: Message | undefined = action['retry_policy'] ?? hop.virtualHost?.['retry_policy'];
  const policyOf = (name: string | undefined): Reference | null =>
    name === undefined ? null : (origins.policy(name) ?? null);
  return {
    proxy: hop.proxy,
    protocol: hop.protocol,
    listener: hop.listener?.name ?? null,
    mutualTls: mutualTlsOf(hop, origins),
    filterChain: hop.filterChain?.name ?? null,
    virtualHost: hop.virtualHost?.name ?? null,
    route: hop.route ? (hop.route.name ?? '') : null,
    clusters: clustersOf(hop),
    endpoints: endpointsOf(hop),
    rewrittenPath: hop.rewritten?.path ?? null,
    rewrittenHost: hop.rewritten?.authority ?? null,
    headers: hop.headerChanges.map(headerChange),
    responseHeaders: hop.responseChanges.map(headerChange),
    timeout: action['timeout'] ?? null,
    retries: retryWords(policy),
    fault: faultOf(hop),
    mirrors: (action['request_mirror_policies'] ?? []).map(mirrorWords),
    hashPolicy: (action['hash_policy'] ?? []).map(hashWords),
    filters: hop.filters.map((it) => ({
      filter: it.filter,
      verdict: it.verdict,
      why: it.words,
      decidedBy: policyOf(it.policy) ?? filterOrigin(hop, it, origins),
    })),
    decidedBy: decisions(hop, origins),
    lost: hop.lost().map(({ route, why, path }) => {
      const [first] = hop.config ? origins.at(hop.proxy, hop.config, path) : [];
      return { route: route.name ?? '', why, resource: first?.resource ?? null, location: first?.location ?? null };
    }),
  };
}

function mutualTlsOf(hop: Hop, origins: Origins): HopReport['mutualTls'] {
  if (hop.listener?.['traffic_direction'] !== 'INBOUND') return null;
  const mode = mutualTlsMode(hop.listener, hop.connection);
  if (!mode) return null;
  const path = hop.filterChain ? [...(hop.chainPath ?? []), 'transport_socket'] : ['filter_chains'];
  const said = origins.at(hop.proxy, hop.listener, path).find((it) => it.resource.startsWith('PeerAuthentication '));
  return { mode, decidedBy: said ?? null };
}

/** What decided, the last word first: a policy that denies, the cluster, the route, the filter chain. */
function decisions(hop: Hop, origins: Origins): (Reference & { what: string })[] {
  const policies = hop.filters.flatMap(({ verdict, words, policy }) => {
    const found =
      policy === undefined || (verdict !== 'denied' && verdict !== 'allowed') ? undefined : origins.policy(policy);
    return found ? [{ ...found, what: words }] : [];
  });
  const places = [...hop.decidedBy].reverse().flatMap(({ root, path, what }) => {
    const [first] = origins.at(hop.proxy, root, path);
    return first ? [{ ...first, what }] : [];
  });
  const all = [...policies, ...places];
  // Which Service a shared listener was first made for is of no interest where something else decides.
  const chain = /^filter chain /;
  return all.filter((it, index) => index === 0 || !chain.test(it.what) || !it.resource.startsWith('Service '));
}
