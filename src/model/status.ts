import type { ResourceType } from './envoy.ts';
import type { Finding } from './finding.ts';
import type { Diagnostic, Report } from './report.ts';
import type { Location } from './resource.ts';

/** The version of the JSON contract of `status` (docs/schema/status.schema.json). */
export const statusVersion = 'mesh-status/v1';

/**
 * How one type stands: as istiod tells it (SYNCED, STALE, NOT SENT), REJECTED where Envoy answered with an error, IGNORED
 * where the proxy does not ask for the type, UNKNOWN where no istiod that answered knows the proxy.
 */
type TypeState = 'SYNCED' | 'STALE' | 'NOT SENT' | 'REJECTED' | 'IGNORED' | 'UNKNOWN';

export interface TypeStatus {
  state: TypeState;
  /** When istiod sent the last of it, RFC 3339; null where it does not say. */
  sentAt: string | null;
  /** How long ago that was when the cluster was read. */
  ageSeconds: number | null;
  /** Envoy's own words of a rejection. */
  error: string | null;
}

/** The types by Envoy's names; `extension` is ECDS. */
export const statusTypes = ['cluster', 'listener', 'endpoint', 'route', 'extension'] as const;
export type StatusType = ResourceType | 'extension';

/** An update that a proxy refused. */
export interface RejectedUpdate {
  type: StatusType;
  /** Of the resource; '' where Envoy did not name one. */
  name: string;
  error: string;
  /** The config object and field behind it; null where no origin was found. */
  resource: string | null;
  field: string | null;
  location: Location | null;
}

/** What a restart of a pod would give: the same as now, less than now, or nothing can be said. */
type Restart = 'same' | 'broken' | 'unknown';

export interface ProxyCertificate {
  /** When the first certificate of the proxy expires, RFC 3339. */
  expires: string;
  state: 'valid' | 'soon' | 'expired';
}

export interface ProxyStatus {
  /** `namespace/pod`, or `namespace/pod@cluster` where several clusters were read. */
  id: string;
  /** `sidecar`, `router`; '' where unknown. */
  type: string;
  workload: string;
  /** The cluster as Istio knows it (`CLUSTER_ID`). */
  cluster: string;
  revision: string;
  /** synced, stale, rejected, not-sent, disconnected, unknown. */
  state: string;
  /** One for each istiod that tells of the proxy, the one in force first. */
  connections: { istiod: string; revision: string; version: string }[];
  types: Record<StatusType, TypeStatus>;
  versions: { istio: string; envoy: string | null };
  /** Whether its own dump was read. */
  read: boolean;
  /** Whether it holds otherwise than it should; null where it was not read. */
  differs: boolean | null;
  /** How long at least it has been behind; null where it is not, or nothing tells. */
  behindSeconds: number | null;
  /** What it still does otherwise, in sentences. */
  effects: string[];
  rejections: RejectedUpdate[];
  restart: Restart;
  /** What it would come up without, such as `listener virtualInbound`. */
  restartLacks: string[];
  certificate: ProxyCertificate | null;
}

export interface IstiodStatus {
  pod: string;
  namespace: string;
  /** The cluster that it runs in, where several were read. */
  cluster?: string;
  revision: string;
  version: string | null;
  /** Proxies that it tells of; null where it did not answer. */
  proxies: number | null;
}

/** What `status` returns; every output format is a pure function of it. */
export interface StatusReport {
  schemaVersion: typeof statusVersion;
  tool: Report['tool'];
  git?: Report['git'];
  cluster: Report['cluster'];
  /** When the cluster was read, RFC 3339; all ages are up to then. */
  takenAt: string;
  summary: {
    proxies: number;
    /** How many proxies are in each state. */
    states: Record<string, number>;
    read: number;
    unread: number;
    /** Proxies that would come up with less at their next restart. */
    brokenAtRestart: number;
    findings: Report['summary']['findings'];
  };
  istiods: IstiodStatus[];
  proxies: ProxyStatus[];
  findings: Finding[];
  diagnostics: Diagnostic[];
  /** False where something that was asked for could not be seen; then nothing is called clean. */
  complete: boolean;
}
