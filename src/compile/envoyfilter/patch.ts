import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';

/** What a patch changes (`EnvoyFilter.ApplyTo`). */
export type ApplyTo =
  | 'LISTENER'
  | 'FILTER_CHAIN'
  | 'NETWORK_FILTER'
  | 'HTTP_FILTER'
  | 'ROUTE_CONFIGURATION'
  | 'VIRTUAL_HOST'
  | 'HTTP_ROUTE'
  | 'CLUSTER'
  | 'EXTENSION_CONFIG'
  | 'BOOTSTRAP'
  | 'LISTENER_FILTER';

export type Operation =
  | 'MERGE'
  | 'MERGE_AND_REPLACE_LIST'
  | 'ADD'
  | 'REMOVE'
  | 'INSERT_BEFORE'
  | 'INSERT_AFTER'
  | 'INSERT_FIRST'
  | 'REPLACE';

export type Context = 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY';

/** One item of `configPatches` that holds for a proxy. */
export interface Patch {
  resource: Resource;
  /** Position in `spec.configPatches`. */
  index: number;
  applyTo: ApplyTo;
  operation: Operation;
  context: Context | 'ANY';
  match: JsonObject;
  /** As Envoy prints it; undefined where the patch has none, as REMOVE. */
  value: Message | undefined;
  /** Whether it has changed anything; set while patching. */
  applied: boolean;
}

/** Full names of the messages that `patch.value` is read as (istiod's `BuildXDSObjectFromStruct`). */
export const messageOf: Record<ApplyTo, string> = {
  LISTENER: 'envoy.config.listener.v3.Listener',
  FILTER_CHAIN: 'envoy.config.listener.v3.FilterChain',
  NETWORK_FILTER: 'envoy.config.listener.v3.Filter',
  HTTP_FILTER: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
  ROUTE_CONFIGURATION: 'envoy.config.route.v3.RouteConfiguration',
  VIRTUAL_HOST: 'envoy.config.route.v3.VirtualHost',
  HTTP_ROUTE: 'envoy.config.route.v3.Route',
  CLUSTER: 'envoy.config.cluster.v3.Cluster',
  EXTENSION_CONFIG: 'envoy.config.core.v3.TypedExtensionConfig',
  BOOTSTRAP: 'envoy.config.bootstrap.v3.Bootstrap',
  LISTENER_FILTER: 'envoy.config.listener.v3.ListenerFilter',
};

/** Patches of one kind of object that hold in a context (istiod's `commonConditionMatch`). */
export function patchesFor(patches: readonly Patch[], applyTo: ApplyTo, context: Context): Patch[] {
  return patches.filter((patch) => patch.applyTo === applyTo && (patch.context === context || patch.context === 'ANY'));
}

/** An ADD of a listener or cluster without a context counts once: for the outbound side, and for gateways. */
export function addsIn(patches: readonly Patch[], applyTo: ApplyTo, context: Context): Patch[] {
  return patchesFor(patches, applyTo, context).filter(
    ({ operation, context: own }) => operation === 'ADD' && (own !== 'ANY' || context !== 'SIDECAR_INBOUND'),
  );
}

export function isMerge(patch: Patch): boolean {
  return patch.operation === 'MERGE' || patch.operation === 'MERGE_AND_REPLACE_LIST';
}

/**
 * istiod panics on a patch that does not fit (a merge of two types) and gives up all patches behind it in the same list;
 * what was done before stays.
 */
export class PatchPanic extends Error {
  override name = 'PatchPanic';
}

/** Runs patches up to the first panic. */
export function untilPanic(patchAll: () => void): void {
  try {
    patchAll();
  } catch (error) {
    if (!(error instanceof PatchPanic)) throw error;
  }
}

/** The patch's value, which the operation cannot do without. */
export function valueOf(patch: Patch): Message {
  if (!patch.value) throw new PatchPanic('the patch has no value');
  return patch.value;
}
