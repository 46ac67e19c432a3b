import type { ProxyConfig, ResourceType } from '../model/envoy.ts';
import type { JsonObject } from '../model/json.ts';

/** A resource that Envoy refused (admin v3 `UpdateFailureState`): what it was sent, and why it would not take it. */
interface RejectedResource {
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
interface Node {
  id: string;
  cluster: string;
  metadata: JsonObject;
  locality: JsonObject;
}

/** Why a resource of a dump serves nothing new, in a user's words. */
export const asideReasons = {
  /** Accepted, waiting for its endpoints, routes or secrets before it follows the active one of its name. */
  warming: 'resources that wait for others before they serve',
  /** Removed, finishing its connections. */
  draining: 'listeners that were removed and finish their connections',
  /** Kept by Envoy as long as a removed listener or filter chain finishes its connections with it. */
  leftoverRoute: 'routes that no active listener asks for',
  /** Not taken away by istiod with the last AUTO_PASSTHROUGH server of a gateway. */
  leftoverCluster: 'clusters of AUTO_PASSTHROUGH gateways that are no more',
} as const;

/** A resource that was set aside. */
interface Aside {
  type: ResourceType;
  name: string;
  why: keyof typeof asideReasons;
  resource: object;
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
  /** What came over xDS and serves nothing new; not part of `config`. */
  aside: Aside[];
  /** Listeners of `config` that take no connections yet: they wait for a secret or for routes. */
  waitingListeners: string[];
  /** Listeners and clusters of which a version waits: for secrets, routes or endpoints, until the fetch times out. */
  warming: string[];
  /** Names of secrets that were asked for over SDS and have not come. */
  waitingSecrets: string[];
  /** Names of secrets that came over SDS. */
  heldSecrets: string[];
  /** Names of what came from the bootstrap, not over xDS; not part of `config`. */
  statics: Record<ResourceType, string[]>;
  /** Sections of a dump that Envoy's admin API knows and this dump has not got. */
  absent: string[];
}

/** The dump is not what Envoy's /config_dump returns; the message says in which way, for people. */
export class DumpError extends Error {
  override name = 'DumpError';
}
