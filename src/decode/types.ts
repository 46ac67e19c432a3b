import type { ProxyConfig, ResourceType } from '../model/envoy.ts';
import type { JsonObject } from '../model/json.ts';

/** A resource that Envoy refused (admin v3 `UpdateFailureState`): what it was sent, and why it would not take it. */
export interface RejectedResource {
  type: ResourceType;
  name: string;
  /** Envoy's own error text. */
  details: string;
  /** RFC 3339; undefined where Envoy does not say. */
  lastUpdateAttempt?: string;
  /** The resource as it was sent, without `@type`. */
  failedConfiguration?: JsonObject;
}

/** What an Envoy says of itself in its bootstrap. */
export interface Node {
  id: string;
  cluster: string;
  metadata: JsonObject;
  locality: JsonObject;
}

/** One live proxy, read from its `config_dump`. */
export interface LiveProxy {
  /** What is in force and came over xDS. */
  config: ProxyConfig;
  node: Node | undefined;
  /** `version_info` of the last accepted response of each type, where Envoy prints one. */
  versions: Partial<Record<ResourceType, string>>;
  /** Time at which each resource was last changed, by type and name. */
  lastUpdated: Record<ResourceType, Map<string, string>>;
  rejected: RejectedResource[];
  /** Resources that were accepted and do not serve yet (they wait for endpoints, routes or secrets). */
  warming: { type: ResourceType; name: string }[];
  /** Warming states of listeners as printed: they ask for routes already. */
  warmingListeners: JsonObject[];
  /** Listeners that were removed and still finish their connections. */
  draining: string[];
  /**
   * Route configurations that no active listener asks for; not part of `config`. Envoy keeps one as long as a listener or
   * filter chain that was removed finishes its connections with it.
   */
  leftoverRoutes: string[];
  /** Clusters of an AUTO_PASSTHROUGH gateway that is no more; not part of `config`. */
  leftoverClusters: string[];
  /** Names of what came from the bootstrap, not over xDS; not part of `config`. */
  statics: Record<ResourceType, string[]>;
  /** Sections of a dump that Envoy's admin API knows and this dump has not got. */
  absent: string[];
}

/** The dump is not what Envoy's /config_dump returns; the message says in which way, for people. */
export class DumpError extends Error {
  override name = 'DumpError';
}
