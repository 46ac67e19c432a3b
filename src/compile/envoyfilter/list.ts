import type { Message } from '../../model/envoy.ts';
import { cloneDerived } from '../../model/provenance.ts';
import { type Patch, valueOf } from './patch.ts';

/** A repeated field of a message, made where it is absent. */
export function listOf(message: Message, field: string): Message[] {
  message[field] ??= [];
  return message[field] as Message[];
}

/**
 * Adds, inserts, replaces or removes an element of a list of filters (istiod's `patchNetworkFilters` and its like).
 *
 * @param specific whether the patch names an element; without one INSERT_AFTER adds at the end, INSERT_BEFORE at the
 *   start, REPLACE and REMOVE do nothing
 * @param matches whether an element is the one that the patch names
 */
export function patchList(
  list: Message[],
  patch: Patch,
  specific: boolean,
  matches: (element: Message) => boolean,
): void {
  const insert = (index: number, remove = 0) => {
    list.splice(index, remove, cloneDerived(valueOf(patch)));
    patch.applied = true;
  };
  const found = specific ? list.findIndex(matches) : -1;
  switch (patch.operation) {
    case 'ADD':
      return insert(list.length);
    case 'INSERT_FIRST':
      return insert(0);
    case 'INSERT_AFTER':
      if (!specific) insert(list.length);
      else if (found >= 0) insert(found + 1);
      return;
    case 'INSERT_BEFORE':
      if (!specific) insert(0);
      else if (found >= 0) insert(found);
      return;
    case 'REPLACE':
      if (found >= 0) insert(found, 1);
      return;
    case 'REMOVE':
      if (found < 0) return;
      for (let index = list.length - 1; index >= 0; index--) if (matches(list[index] ?? {})) list.splice(index, 1);
      patch.applied = true;
  }
}
