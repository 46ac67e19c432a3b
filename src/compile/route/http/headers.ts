import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { derive, deriveField, originsAt } from '../../../model/provenance.ts';
import { objectAt, sortedEntries, textsAt } from '../config-value.ts';

/** What `Headers` of a route or destination asks of Envoy. */
export interface HeaderOperations {
  /** `request_headers_to_add` and the like, only those that are not empty. */
  fields: Message;
  /** A new authority, from `set` or `add` of `host` or `:authority`; '' where none is set. */
  authority: string;
  /** The map that the authority stands in, with its key. */
  authorityOrigin: readonly [JsonObject, string] | undefined;
}

/** Headers that Envoy does not let a route change. */
function isInternal(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}

function isAuthority(name: string): boolean {
  return name.toLowerCase() === ':authority' || name.toLowerCase() === 'host';
}

/** Splits header manipulation into Envoy's lists: `set` before `add`, sorted by name (istiod's `TranslateHeadersOperations`). */
export function headerOperations(headers: JsonObject): HeaderOperations {
  const fields: Message = {};
  let authority = '';
  let authorityOrigin: readonly [JsonObject, string] | undefined;
  for (const side of ['request', 'response'] as const) {
    const operations = objectAt(headers, side);
    if (!operations) continue;
    const added: Message[] = [];
    // `set` decides the authority over `add`, so it comes last in this respect and first in the list.
    for (const kind of ['set', 'add'] as const) {
      const map = objectAt(operations, kind);
      if (!map) continue;
      for (const [name, value] of sortedEntries(operations, kind)) {
        const text = String(value ?? '');
        if (side === 'request' && isAuthority(name) && (kind === 'set' || authority === '') && text !== '') {
          authority = text;
          authorityOrigin = [map, name];
        }
        if (isInternal(name)) continue;
        const option = kind === 'set' ? { append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } : {};
        added.push(derive({ header: { key: name, value: text }, ...option }, [map, name]));
      }
    }
    if (added.length > 0) {
      fields[`${side}_headers_to_add`] = added;
      deriveField(fields, `${side}_headers_to_add`, operations);
    }
    const removed = removedHeaders(operations);
    if (removed.length > 0) {
      fields[`${side}_headers_to_remove`] = removed;
      deriveField(fields, `${side}_headers_to_remove`, [operations, 'remove']);
    }
  }
  return { fields, authority, authorityOrigin };
}

function removedHeaders(operations: JsonObject): string[] {
  const removed: string[] = [];
  for (const [index, name] of textsAt(operations, 'remove').entries()) {
    if (isInternal(name)) continue;
    deriveField(removed, removed.length, [operations, 'remove', index]);
    removed.push(name);
  }
  return removed;
}

/** Appends the lists of `more` to those of `target`, keeping the origins of both. */
export function appendHeaderOperations(target: Message, more: HeaderOperations, ...sources: JsonObject[]): void {
  for (const [field, list] of Object.entries(more.fields)) {
    target[field] = target[field] ? concatenated(target[field], list) : list;
    deriveField(target, field, ...sources);
  }
}

/** Both lists in one; names of headers keep the places of their items. */
function concatenated(a: unknown[], b: unknown[]): unknown[] {
  const out = [...a, ...b];
  for (const index of out.keys()) {
    const [list, at] = index < a.length ? [a, index] : [b, index - a.length];
    if (typeof list[at] === 'string') deriveField(out, index, ...originsAt(list, [at]));
  }
  return out;
}
