import type { FilterChain, Listener } from '../../model/envoy.ts';
import { mergeFilter } from './filter-merge.ts';
import { patchHttpFilters } from './http-filter.ts';
import { listOf, patchList } from './list.ts';
import { filterChainMatches, listenerMatches, namesNetworkFilter, networkFilterMatches } from './listener-match.ts';
import { type Context, type Patch, patchesFor } from './patch.ts';

/** Patches the network filters of a chain: first all but merges, then merges filter by filter (istiod's `patchNetworkFilters`). */
export function patchNetworkFilters(
  listener: Listener,
  chain: FilterChain,
  patches: readonly Patch[],
  context: Context,
): void {
  const inChain = patchesFor(patches, 'NETWORK_FILTER', context).filter(
    (patch) => listenerMatches(listener, patch) && filterChainMatches(listener, chain, patch),
  );
  const filters = listOf(chain, 'filters');
  for (const patch of inChain)
    patchList(filters, patch, namesNetworkFilter(patch), (filter) => networkFilterMatches(filter, patch));
  for (const filter of filters) {
    for (const patch of inChain)
      if (patch.operation === 'MERGE' && networkFilterMatches(filter, patch))
        mergeFilter(filter, patch, { rename: true });
    if (filter['name'] === 'envoy.filters.network.http_connection_manager')
      patchHttpFilters(listener, chain, filter, patches, context);
  }
}
