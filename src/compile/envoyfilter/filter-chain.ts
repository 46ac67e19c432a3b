import type { FilterChain, Listener, Message } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { cloneDerived } from '../../model/provenance.ts';
import { mergeTypedConfig } from './cluster.ts';
import { listOf } from './list.ts';
import { filterChainMatches, listenerMatches } from './listener-match.ts';
import { mergeMessage } from './merge.ts';
import { patchNetworkFilters } from './network-filter.ts';
import { type Context, isMerge, messageOf, type Patch, patchesFor, valueOf } from './patch.ts';

/**
 * Patches the filter chains of a listener and what is inside them (istiod's `patchFilterChains`). A chain without filters
 * is not sent, also one that a patch adds.
 */
export function patchFilterChains(listener: Listener, patches: readonly Patch[], context: Context): void {
  for (const chain of listener.filter_chains ?? [])
    if (chain.filters) patchFilterChain(listener, chain, patches, context);
  const fallback = listener.default_filter_chain;
  if (fallback?.filters) {
    patchFilterChain(listener, fallback, patches, context);
    if (!fallback.filters) delete listener.default_filter_chain;
  }
  for (const patch of patchesFor(patches, 'FILTER_CHAIN', context)) {
    if (patch.operation !== 'ADD' || !listenerMatches(listener, patch)) continue;
    listOf(listener, 'filter_chains').push(cloneDerived(valueOf(patch)));
    patch.applied = true;
  }
  const chains = listener.filter_chains ?? [];
  for (let index = chains.length - 1; index >= 0; index--) if (!chains[index]?.filters) chains.splice(index, 1);
}

function patchFilterChain(listener: Listener, chain: FilterChain, patches: readonly Patch[], context: Context): void {
  for (const patch of patchesFor(patches, 'FILTER_CHAIN', context)) {
    if (!listenerMatches(listener, patch) || !filterChainMatches(listener, chain, patch)) continue;
    if (patch.operation === 'REMOVE') {
      delete chain.filters;
      patch.applied = true;
      return;
    }
    if (!isMerge(patch)) continue;
    patch.applied = true;
    if (!mergeTransportSocket(chain, valueOf(patch)))
      mergeMessage(chain, valueOf(patch), messageOf.FILTER_CHAIN, patch.operation === 'MERGE_AND_REPLACE_LIST');
  }
  patchNetworkFilters(listener, chain, patches, context);
}

/**
 * A patch with a transport socket of the chain's name is merged into that one, and nothing else of it counts (istiod's
 * `mergeTransportSocketListener`).
 *
 * @returns whether the patch was dealt with
 */
function mergeTransportSocket(chain: FilterChain, value: Message): boolean {
  const added = value['transport_socket'];
  if (!isObject(added) || !isObject(chain.transport_socket)) return false;
  if (added['name'] !== chain.transport_socket['name']) return false;
  mergeTypedConfig(chain.transport_socket, added);
  return true;
}
