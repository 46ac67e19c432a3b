import type {
  FilterChain,
  Listener,
  Message,
  ProxyConfig,
  Route,
  RouteConfiguration,
  VirtualHost,
} from '../model/envoy.ts';
import type { Path } from '../model/json.ts';
import type { Endpoint } from './cluster.ts';
import type { HeaderChange } from './http/headers.ts';
import type { Lost } from './http/route-table.ts';
import type { Outcome } from './outcome.ts';
import type { HttpRequest } from './request.ts';
import type { Connection } from './tcp/connection.ts';

/** Who stands at an address: a workload of the mesh, or a server outside. */
export interface Peer {
  /** `namespace/pod`, or a name for people. */
  name: string;
  /** Its proxy's configuration, where a proxy takes what comes to this port. */
  config?: ProxyConfig;
  /** Identity of its certificate. */
  principal?: string;
  /** Its own address, and the port that the application has. */
  address: string;
  /** A server that is not known: what it answers cannot be told. */
  outside?: boolean;
  /** Its proxy is there, but its traffic does not go through it or it does not run. */
  note?: string;
  /** It is a gateway: its listeners take what comes to their ports, and send it on. */
  gateway?: true;
  /** Nobody listens there. */
  refuses?: boolean;
}

/** What the application does that has a port: no configuration says it. */
export interface Application {
  /**
   * `http`: HTTP/1.1. `bytes`: something else, so that a client of HTTP gets no answer. `nothing`: nobody listens.
   * `unknown`: one of them, and `doubt` says why that is asked.
   */
  speaks: 'http' | 'bytes' | 'nothing' | 'unknown';
  doubt?: string;
  /** Undefined: whatever the client of it speaks. */
  tls?: boolean;
  http2?: boolean;
}

/** What the walk must be told, as configuration does not say it. */
export interface World {
  /** Who listens at the address of an endpoint, or at an original destination. */
  peerAt(address: string, port: number): Peer;
  /** Gateways passed so far. */
  depth?: number;
  /** Status that the application answers with. */
  answer?: number;
  /** What the application of a pod (`namespace/pod`) does at a port; undefined: it speaks what its clients do. */
  application?(pod: string, port: number): Application | undefined;
  /** Addresses that a name stands for; undefined where only a resolver outside of the mesh knows it. */
  addressesOf?(name: string): readonly string[] | undefined;
  /** Seconds since 1970, for the times in tokens. */
  now?: number;
}

/** Whose proxy walks, and with whose identity it sends. */
export interface Sender {
  name: string;
  config: ProxyConfig;
  principal?: string;
  /** Address of its pod. */
  address?: string;
}

/** A place in a resource that decided: the resource itself, and the path below it. */
interface Place {
  root: Message;
  path: Path;
  what: string;
}

/** What one filter said of the request, where it said anything. */
export interface FilterVerdict {
  filter: string;
  verdict: 'allowed' | 'denied' | 'answered' | 'changed' | 'open';
  words: string;
  policy?: string;
}

/** One way that chance can send a request: through this cluster to this endpoint. */
export interface Branch {
  cluster: string;
  share: number;
  endpoint?: Endpoint;
  transport?: string;
  inbound?: Hop;
  outcome: Outcome;
}

/** One proxy that the request passes, and what became of it there and after. */
export interface Hop {
  proxy: string;
  protocol: 'http' | 'tcp' | 'none';
  connection: Connection;
  listener?: Listener;
  filterChain?: FilterChain;
  chainPath?: Path;
  /** The request as its route is looked for: normalized. */
  request?: HttpRequest;
  config?: RouteConfiguration;
  virtualHost?: VirtualHost;
  route?: Route;
  routePath?: Path;
  /** Why each route before the one taken was not; found out when it is asked for. */
  lost(): Lost[];
  filters: FilterVerdict[];
  /** With the `weighted_clusters` entry, which may change headers itself. */
  clusters: { cluster: string; weight: number; entry?: Message }[];
  endpoints: Endpoint[];
  headerChanges: readonly HeaderChange[];
  responseChanges: readonly HeaderChange[];
  /** The request as it goes upstream, where one cluster gets all. */
  upstream?: HttpRequest;
  /** Path and host as they go upstream. */
  rewritten?: { path: string; authority: string };
  decidedBy: Place[];
  branches: Branch[];
  /** Each `common_tls_context` in the way. */
  contexts: Message[];
  outcome: Outcome;
}

/** A hop of which nothing is known yet. */
export function emptyHop(proxy: string, connection: Connection): Hop {
  return {
    proxy,
    protocol: 'none',
    connection,
    lost: () => [],
    filters: [],
    clusters: [],
    endpoints: [],
    headerChanges: [],
    responseChanges: [],
    decidedBy: [],
    branches: [],
    contexts: [],
    outcome: { kind: 'open', flag: '-', details: '', reason: 'nothing was decided' },
  };
}
