import type { EnvoyEvidence, Finding } from './finding.ts';
import type { Location } from './resource.ts';

/** An object, or a field of one, that a change adds, alters or deletes. */
export interface ReviewedChange {
  resource: string;
  /** Empty where the object as a whole is meant. */
  field: string;
  kind: 'added' | 'deleted' | 'changed';
  location?: Location;
  /** The head's value and the base's. */
  head?: unknown;
  base?: unknown;
  /** Proxies whose config this change alters, alone or else together with the rest, as `namespace/pod`. */
  proxies: string[];
  effect: string;
}

/** Proxies whose effective config changes in one and the same way. */
export interface BlastRadius {
  /** `namespace/pod`, sorted. */
  proxies: string[];
  /** What changes for them, in Istio's words. */
  changes: string[];
  /** Envoy's differences: `expected` is the head's value, `live` the base's. */
  evidence?: EnvoyEvidence[];
}

/** A request that base and head treat differently. */
export interface ReviewedRequest {
  /** Who sends it, and how many proxies treat it so. */
  from: string;
  /** To paste. */
  curl: string;
  /**
   * The same for programs: the URL (`tcp://HOST:PORT` for bytes), headers as `name: value` lines, `Host` among them where
   * it is not the URL's, and where the client connects to, if the name does not lead there.
   */
  request: { method: string; url: string; headers: string[]; address?: string };
  base: string;
  head: string;
  /** Somebody serves it before the change, and nobody, or not always somebody, after it. */
  breaks: boolean;
}

/** What a review says besides the findings that a change introduces, which are the report's own. */
export interface Review {
  base: string;
  head: string;
  fixed: Finding[];
  unchanged: Finding[];
  changes: ReviewedChange[];
  blastRadius: BlastRadius[];
  requests: ReviewedRequest[];
  /** How to roll it out: the objects in an order without an outage in between, or why there is none. */
  rollout: string[];
}
