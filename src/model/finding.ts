import type { Location } from './resource.ts';

export type Severity = 'error' | 'warning' | 'info';

export type FindingKind =
  | 'drift'
  | 'stale'
  | 'nack'
  | 'conflict'
  | 'shadowed'
  | 'missing-route'
  | 'unresolved'
  | 'mtls'
  | 'injection'
  | 'authz'
  | 'scope'
  | 'hazard'
  | 'invalid'
  | 'waiver'
  | 'unexplained';

/** Between which two of the three states (Git, API server, proxy) the difference lies. */
type Layer = 'git-api' | 'api-proxy' | 'proxy-rejects' | 'config';

/** An Envoy object that shows the finding, on one proxy that stands for all with the same difference. */
export interface EnvoyEvidence {
  proxy: string;
  type: 'cluster' | 'endpoint' | 'listener' | 'route';
  name: string;
  /** Path of the field below the Envoy resource, in Kubernetes' notation. */
  path: string;
  expected?: unknown;
  live?: unknown;
}

/** What a command found. Part of the versioned JSON contract (docs/schema): fields may be added, never renamed. */
export interface Finding {
  /** Stable code, MESHnnnn; never reused. */
  code: string;
  kind: FindingKind;
  severity: Severity;
  /** `VirtualService shop/catalog`, or `Pod shop/frontend-v1-x` where the proxy itself is meant. */
  resource: string;
  /** `spec.http[0].timeout`; empty where the object as a whole is meant. */
  field: string;
  /** One sentence that a person on call understands. */
  message: string;
  location?: Location;
  /** Git's value (for stale: the API server's). `undefined` is written as null. */
  expected?: unknown;
  live?: unknown;
  /** Affected proxies as `namespace/pod` (`namespace/pod@cluster` where several clusters were read), sorted. */
  proxies: string[];
  /** The clusters in which it is so, where several were read. */
  clusters?: string[];
  layer: Layer;
  effect: string;
  fix: string;
  related: { message: string; location?: Location; resource?: string }[];
  evidence?: EnvoyEvidence[];
}
