import type { JsonObject } from './json.ts';
import type { Resource } from './resource.ts';

/** Why something could not be read. `forbidden`: RBAC refuses it; `rubbish`: an answer that is not what was asked for. */
type ProblemCode =
  | 'config'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'unsupported'
  | 'overloaded'
  | 'closed'
  | 'rubbish'
  | 'aborted'
  | 'server';

/** Something that could not be read, as a value: what happened in one sentence, and what a person can do about it. */
export interface Problem {
  code: ProblemCode;
  message: string;
  advice: string;
}

/** Whether a value is a problem and not the answer that was asked for. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'advice' in value;
}

/**
 * The raw answers of one proxy's admin interface, as files of a capture have them. `configDump` stays in bytes: it may
 * have 60 MB, a capture writes it as it is, and decoding chooses how to parse it.
 */
export interface ProxyAnswers {
  /** `/config_dump?include_eds=true` */
  configDump: Buffer;
  /** `/clusters?format=json` */
  clusters?: JsonObject;
  /** `/listeners?format=json` */
  listeners?: JsonObject;
  /** `/certs` */
  certs?: JsonObject;
  /** `/server_info` */
  serverInfo?: JsonObject;
  /** The last lines of the proxy container's log, where they were read: Envoy writes there why it rejects an update. */
  log?: string;
  /** What of the above (but for `configDump`) could not be read. */
  problems: Problem[];
  /** To be called, where it is there, once the answers are worked: others wait for the memory that they take. */
  release?: () => void;
}

/** What a proxy told beside its dump. */
export type OtherAnswers = Omit<ProxyAnswers, 'configDump' | 'release'>;

/** What a proxy can be asked beside its `config_dump`. */
export const proxyParts = ['clusters', 'listeners', 'certs', 'serverInfo'] as const;
export type ProxyPart = (typeof proxyParts)[number];

/** A proxy to examine. Nothing is held in memory before `read`, and nothing kept after it. */
export interface ProxySource {
  /** `namespace/pod`, as `Proxy.id`. */
  id: string;
  namespace: string;
  podName: string;
  /**
   * Asks the proxy (or reads the capture's files). A problem is that proxy's own; it never rejects.
   *
   * @param parts asked for beside the dump and the log; by default all. Each may be as large as the dump.
   */
  read(signal?: AbortSignal, parts?: readonly ProxyPart[]): Promise<ProxyAnswers | Problem>;
}

/** What one istiod answered. Absent: not asked, or the reason stands in `problems`. */
export interface IstiodAnswers {
  podName: string;
  namespace: string;
  /** Of its pod's label `istio.io/rev`; `default` where it has none. */
  revision: string;
  /** `/version`: `1.29.0-unknown-Clean`. */
  version?: string;
  /** `/debug/syncz`: one row for each connected proxy. */
  syncz?: JsonObject[];
  /** `/debug/mesh`: the effective MeshConfig. */
  mesh?: JsonObject;
  /** `/debug/registryz`. */
  registryz?: JsonObject[];
  /** `/debug/clusterz`: the clusters that it reads services and endpoints of, its own among them. */
  clusterz?: JsonObject[];
  problems: Problem[];
}

/** A kind of objects, or a part of the cluster, that was left out. */
export interface Skipped {
  /** `trafficextensions.extensions.istio.io`, as the files of a capture are named. */
  what: string;
  /** `not-served`: the API server has no such kind (its CRD is not installed). */
  reason: 'not-served' | ProblemCode;
  message: string;
  /** What the report cannot say for that reason; empty where nothing is lost. */
  hides: string;
  /** Nothing can be examined without it. */
  essential?: boolean;
  /** Something else stands in for it, so that it is no gap. */
  replaced?: boolean;
}

/** A cluster that an istiod of another one reads services, pods and endpoints of. */
export interface RemoteCluster {
  /** As Istio knows it: `CLUSTER_ID` of its proxies. */
  clusterId: string;
  resources: readonly Resource[];
}

/** Where a run reads several clusters: whose proxies a state tells of, and what else belongs to their mesh. */
export interface Standpoint {
  /** The cluster of the proxies: the name of its context. Ids of proxies end with it: `namespace/pod@name`. */
  name: string;
  /** As Istio knows it (`CLUSTER_ID`). */
  clusterId: string;
  /** The cluster whose objects configure these proxies; another than `name` where that one has no istiod of its own. */
  config: string;
  /** All the other clusters that were read, by the ids that Istio knows them by. */
  names: ReadonlyMap<string, string>;
  /** Those of them that istiod reads services and endpoints of, and the proxies' own where it is another than `config`. */
  remotes: readonly RemoteCluster[];
}

/** All that was read of a cluster, live or from a capture. */
export interface ClusterState {
  /** Where it came from, for headings: `context prod (https://...)`, `capture ./dir`. */
  origin: string;
  /** RFC 3339. */
  takenAt: string;
  resources: Resource[];
  istiods: IstiodAnswers[];
  /** The proxies that the options select, in the order of their ids. */
  proxies: ProxySource[];
  skipped: Skipped[];
  /** What was taken out of a capture: `secrets`, and what `--redact` asked for. Absent: nothing was. */
  redacted?: string[];
  /** Folders of proxies and other files that a capture was not given though they were there, with the reason. */
  leftOut?: ReadonlyMap<string, string>;
  /** Only where a run reads several clusters. */
  standpoint?: Standpoint;
  /** Ids of clusters that istiod reads endpoints of and that were not read. */
  unseenClusters?: readonly string[];
  /**
   * Only where the state is made up of a repository's objects: what it names and does not hold, and is taken to exist, as
   * `Service shop/cart`. What else it does not hold may be in the cluster all the same.
   */
  assumed?: readonly string[];
}
