import { isDnsLabel } from './names.ts';
import type { Place } from './place.ts';

/**
 * Refuses namespaces to export to that are none, twice there, or go not together (`validateExportTo`).
 *
 * @param toNobody whether `~` is allowed, as in a ServiceEntry
 * @param forSelected whether it is a DestinationRule for selected workloads
 */
export function wantExportTo(exportTo: Place, namespace: string, { toNobody = false, forSelected = false } = {}): void {
  const known = new Set<string>();
  for (const item of exportTo.items) {
    const key = item.text === '.' ? namespace : item.text;
    if (known.has(key)) {
      item.refuse(`is ${item.text}, which stands there already`, 'drop one of them.');
    } else if (key === '~' && !toNobody) item.refuse('is ~', 'name a namespace, . or *: only ServiceEntries take ~.');
    else if (key !== '*' && key !== '~' && !isDnsLabel(key))
      item.refuse(`is ${JSON.stringify(key)}, which is no namespace`, 'write a namespace, . or *.');
    else known.add(key);
  }
  if (forSelected && known.size > 0 && !(known.size === 1 && known.has(namespace)))
    exportTo.refuse('goes beyond the own namespace, in a rule for selected workloads', 'drop it, or write ["."].');
  for (const alone of ['*', '~'])
    if (known.has(alone) && exportTo.items.length > 1)
      exportTo.refuse(`has ${alone} beside others`, 'write one or the other.');
}
