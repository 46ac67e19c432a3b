import type { Event, ScalarEvent } from 'js-yaml';
import { EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import type { Json, JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { NotJson, plainScalar, taggedScalar } from './scalar.ts';

/** The place of a value and of those inside it: offsets into the text, keys' own for mapping entries. */
export interface Place {
  at: number;
  inner?: Map<string | number, Place>;
}

/** A fault in YAML that can be pointed at. */
export class YamlFault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A key that stands twice in one mapping; Kubernetes takes the last. */
export interface DuplicateKey {
  key: string;
  first: number;
  second: number;
}

export interface Composed {
  value: Json;
  place: Place;
  duplicates: DuplicateKey[];
}

interface Node {
  value: Json;
  place: Place;
}

/** More values than this through aliases in one document is an attack ("billion laughs"), not a manifest. */
const mostAliased = 200_000;

/**
 * Builds the values of each document from js-yaml's events, as Go's YAML library would (anchors, `<<` merge in its
 * order, scalar types, last of duplicate keys wins), together with the place of every value. Each alias gets a copy of
 * its own, so that every container stands at one path.
 *
 * @param withPlaces whether the places inside of values are kept; without them only values are built
 * @throws YamlFault for what Kubernetes refuses: unknown or recursive aliases, keys that are no scalars, `.inf`
 */
export function compose(events: readonly Event[], source: string, withPlaces: boolean): Composed[] {
  let next = 0;
  let anchors = new Map<string, Node | undefined>();
  let duplicates: DuplicateKey[] = [];
  let aliased = 0;

  function anchorOf(event: { anchorStart: number; anchorEnd: number }): string | undefined {
    return event.anchorStart < 0 ? undefined : source.slice(event.anchorStart, event.anchorEnd);
  }

  function offsetOf(event: Event | undefined, fallback: number): number {
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return fallback;
    if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
    if (event.type !== EVENT_ID.SCALAR) return event.start;
    if (event.valueStart < 0) return event.tagStart >= 0 ? event.tagStart : fallback;
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    if (quoted) return event.valueStart - 1;
    return event.style === SCALAR_STYLE.PLAIN ? event.valueStart : headerOf(event.valueStart);
  }

  /** A block scalar's value starts below its header (`- |`); the header is where the item is. */
  function headerOf(valueStart: number): number {
    const end = valueStart - 1;
    const start = source.lastIndexOf('\n', end - 1) + 1;
    const header = /[|>][-+0-9]*[ \t]*(#.*)?$/.exec(source.slice(start, end).trimEnd());
    return header ? start + header.index : valueStart;
  }

  function scalar(event: ScalarEvent): Json {
    const text = event.valueStart < 0 ? '' : getScalarValue(source, event);
    if (event.tagStart >= 0) return taggedScalar(source.slice(event.tagStart, event.tagEnd), text);
    return event.style === SCALAR_STYLE.PLAIN ? plainScalar(text) : text;
  }

  function node(fallback: number): Node {
    const event = events[next++] as Event;
    const at = offsetOf(event, fallback);
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        try {
          return remember(anchorOf(event), { value: scalar(event), place: { at } });
        } catch (error) {
          if (error instanceof NotJson) throw new YamlFault(error.message, at);
          throw error;
        }
      }
      case EVENT_ID.SEQUENCE:
        return sequence(anchorOf(event), at);
      case EVENT_ID.MAPPING:
        return mapping(anchorOf(event), at);
      case EVENT_ID.ALIAS: {
        const name = source.slice(event.anchorStart, event.anchorEnd);
        if (!anchors.has(name)) throw new YamlFault(`unknown anchor *${name}`, at);
        const target = anchors.get(name);
        if (!target) throw new YamlFault(`anchor &${name} contains itself`, at);
        return { value: copy(target.value, at), place: { ...target.place, at } };
      }
      default:
        return { value: null, place: { at } };
    }
  }

  function remember(anchor: string | undefined, made: Node): Node {
    if (anchor !== undefined) anchors.set(anchor, made);
    return made;
  }

  function copy(value: Json, at: number): Json {
    if (++aliased > mostAliased) throw new YamlFault('aliases expand to too many values', at);
    if (Array.isArray(value)) return value.map((item) => copy(item, at));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item as Json, at)]));
  }

  function sequence(anchor: string | undefined, at: number): Node {
    if (anchor !== undefined) anchors.set(anchor, undefined);
    const value: Json[] = [];
    const inner = withPlaces ? new Map<string | number, Place>() : undefined;
    for (; events[next]?.type !== EVENT_ID.POP; ) {
      const item = colonEnded() ?? node(at);
      inner?.set(value.length, item.place);
      value.push(item.value);
    }
    next++;
    return remember(anchor, { value, place: { at, inner } });
  }

  /**
   * YAML 1.2 reads `[fe80::]` as a list of one pair; Go's YAML ends a key only at a colon before a blank, and so reads
   * the address.
   */
  function colonEnded(): Node | undefined {
    const [pair, key, empty, end] = [events[next], events[next + 1], events[next + 2], events[next + 3]];
    if (pair?.type !== EVENT_ID.MAPPING || source[pair.start] === '{' || end?.type !== EVENT_ID.POP) return undefined;
    if (key?.type !== EVENT_ID.SCALAR || key.style !== SCALAR_STYLE.PLAIN || key.valueStart < 0) return undefined;
    if (empty?.type !== EVENT_ID.SCALAR || empty.valueStart >= 0) return undefined;
    if (!/^:[,\]}]/.test(source.slice(key.valueEnd, key.valueEnd + 2))) return undefined;
    next += 4;
    return { value: plainScalar(source.slice(key.valueStart, key.valueEnd + 1)), place: { at: key.valueStart } };
  }

  function mapping(anchor: string | undefined, at: number): Node {
    if (anchor !== undefined) anchors.set(anchor, undefined);
    const value: JsonObject = {};
    const inner = withPlaces ? new Map<string | number, Place>() : undefined;
    const own = new Map<string, number>();
    for (; events[next]?.type !== EVENT_ID.POP; ) {
      const keyEvent = events[next] as Event;
      const key = node(at);
      const item = node(key.place.at);
      if (key.value === '<<' && keyEvent.type === EVENT_ID.SCALAR && keyEvent.style === SCALAR_STYLE.PLAIN) {
        merge(value, inner, own, item);
        continue;
      }
      if (key.value === null || typeof key.value === 'object')
        throw new YamlFault('a key must be a word', key.place.at);
      const name = String(key.value);
      const first = own.get(name);
      if (first !== undefined) duplicates.push({ key: name, first, second: key.place.at });
      own.set(name, key.place.at);
      set(value, name, item.value);
      inner?.set(name, { at: key.place.at, inner: item.place.inner });
    }
    next++;
    return remember(anchor, { value, place: { at, inner } });
  }

  /** Go's order: a merge overrides what stands above it in the mapping; of several merged mappings the first wins. */
  function merge(value: JsonObject, inner: Place['inner'], own: Map<string, number>, item: Node): void {
    const parts = Array.isArray(item.value)
      ? item.value.map((part, index) => ({ value: part, place: item.place.inner?.get(index) ?? item.place })).reverse()
      : [item];
    for (const part of parts) {
      if (!isObject(part.value)) throw new YamlFault('<< merges mappings only', item.place.at);
      for (const [name, merged] of Object.entries(part.value)) {
        set(value, name, merged as Json);
        own.delete(name);
        const place = part.place.inner?.get(name);
        if (place) inner?.set(name, place);
      }
    }
  }

  const documents: Composed[] = [];
  while (next < events.length) {
    next++;
    anchors = new Map();
    duplicates = [];
    aliased = 0;
    const root = node(0);
    if (events[next]?.type === EVENT_ID.POP) next++;
    documents.push({ ...root, duplicates });
  }
  return documents;
}

/** `__proto__` in a manifest is a key like any other. */
function set(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, writable: true });
  else object[key] = value;
}
