import type { Listener } from '../../model/envoy.ts';
import { cloneDerived } from '../../model/provenance.ts';
import { patchFilterChains } from './filter-chain.ts';
import { mergeFilter } from './filter-merge.ts';
import { listOf, patchList } from './list.ts';
import { listenerFilterMatches, listenerMatches, namesListenerFilter } from './listener-match.ts';
import { mergeMessage } from './merge.ts';
import { addsIn, type Context, isMerge, messageOf, type Patch, patchesFor, untilPanic, valueOf } from './patch.ts';

/**
 * Patches the listeners of one context, the filters and chains inside them with them (istiod's `ApplyListenerPatches`).
 * In place.
 *
 * @returns the listeners that remain, with those added
 */
export function patchListeners(listeners: Listener[], patches: readonly Patch[], context: Context): Listener[] {
  const removed = new Set<Listener>();
  const added: Listener[] = [];
  untilPanic(() => {
    for (const listener of listeners) if (!patchListener(listener, patches, context)) removed.add(listener);
    for (const patch of addsIn(patches, 'LISTENER', context)) {
      added.push(cloneDerived(valueOf(patch)) as Listener);
      patch.applied = true;
    }
  });
  // One without a name counts as removed.
  return [...listeners.filter((listener) => !removed.has(listener)), ...added.filter(({ name }) => name)];
}

/** The virtual listeners are patched each alone, so that a panic in one leaves the others (istiod's `patchOneListener`). */
export function patchVirtualListener(listener: Listener, patches: readonly Patch[], context: Context): Listener[] {
  let stays = true;
  untilPanic(() => {
    stays = patchListener(listener, patches, context);
  });
  return stays ? [listener] : [];
}

/** @returns whether the listener stays */
function patchListener(listener: Listener, patches: readonly Patch[], context: Context): boolean {
  for (const patch of patchesFor(patches, 'LISTENER', context)) {
    if (!listenerMatches(listener, patch)) continue;
    if (patch.operation === 'REMOVE') {
      patch.applied = true;
      return false;
    }
    if (!isMerge(patch)) continue;
    mergeMessage(listener, valueOf(patch), messageOf.LISTENER, patch.operation === 'MERGE_AND_REPLACE_LIST');
    patch.applied = true;
  }
  for (const patch of patchesFor(patches, 'LISTENER_FILTER', context))
    if (listenerMatches(listener, patch)) patchListenerFilters(listener, patch);
  patchFilterChains(listener, patches, context);
  return true;
}

/** A MERGE goes into every listener filter, whichever the patch names: so does istiod's. */
function patchListenerFilters(listener: Listener, patch: Patch): void {
  const filters = listOf(listener, 'listener_filters');
  const specific = namesListenerFilter(patch);
  if (patch.operation !== 'MERGE')
    patchList(filters, patch, specific, (filter) => listenerFilterMatches(filter, patch));
  else if (specific) for (const filter of filters) mergeFilter(filter, patch, { rename: false });
}
