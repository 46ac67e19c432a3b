import type { FilterChain, Listener, Message } from '../../model/envoy.ts';
import { anyMessage } from '../../model/envoy-api/index.ts';
import { isObject } from '../../model/json.ts';
import { cloneDerived } from '../../model/provenance.ts';
import { mergeFilter } from './filter-merge.ts';
import { listOf, patchList } from './list.ts';
import {
  filterChainMatches,
  httpFilterMatches,
  listenerMatches,
  namesHttpFilter,
  networkFilterMatches,
} from './listener-match.ts';
import { type Context, type Patch, patchesFor } from './patch.ts';

const connectionManager = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** Patches the HTTP filters of a connection manager: first all but merges, then merges filter by filter (istiod's `patchHTTPFilters`). */
export function patchHttpFilters(
  listener: Listener,
  chain: FilterChain,
  filter: Message,
  patches: readonly Patch[],
  context: Context,
): void {
  const config = filter['typed_config'];
  if (!isObject(config) || anyMessage(config['@type']) !== connectionManager) return;
  const here = patchesFor(patches, 'HTTP_FILTER', context).filter(
    (patch) =>
      listenerMatches(listener, patch) &&
      filterChainMatches(listener, chain, patch) &&
      networkFilterMatches(filter, patch),
  );
  if (here.length === 0) return;
  // istiod works on a copy: a panic leaves the connection manager as it was.
  const patched = cloneDerived(config);
  const filters = listOf(patched, 'http_filters');
  for (const patch of here) patchList(filters, patch, namesHttpFilter(patch), (item) => httpFilterMatches(item, patch));
  for (const item of filters)
    for (const patch of here)
      if (patch.operation === 'MERGE' && httpFilterMatches(item, patch)) mergeFilter(item, patch, { rename: true });
  filter['typed_config'] = patched;
}
