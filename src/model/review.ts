import type { EnvoyEvidence, Finding } from './finding.ts';
import type { Location } from './resource.ts';

/** An object that a change adds, alters or deletes. */
export interface ReviewedChange {
  resource: string;
  /** Empty where the object as a whole is meant. */
  field: string;
  kind: 'added' | 'deleted' | 'changed';
  location?: Location;
  /** The head's value and the base's. */
  head?: unknown;
  base?: unknown;
  /** Proxies whose config this change alone alters, as `namespace/pod`. */
  proxies: string[];
  effect: string;
}

/** Proxies whose config changes in one and the same way. */
export interface BlastGroup {
  proxies: string[];
  /** Envoy-level differences: `expected` is the head's value, `live` the base's. */
  differences: number;
  evidence: EnvoyEvidence[];
}

/** A request that is treated otherwise after the change. */
export interface Witness {
  /** `namespace/pod` of a proxy that shows it. */
  proxy: string;
  proxies: number;
  /** To paste. */
  curl: string;
  base: string;
  head: string;
}

/** What `review` says besides the findings that a change introduces, which are the report's own. */
export interface Review {
  base: { ref: string; commit: string };
  head: { ref: string; commit: string };
  fixed: Finding[];
  unchanged: Finding[];
  changes: ReviewedChange[];
  blast: BlastGroup[];
  witnesses: Witness[];
  /** An order in which the changed objects can be applied without an outage in between; undefined: two steps are needed, or nothing was tried. */
  order?: string[];
}
