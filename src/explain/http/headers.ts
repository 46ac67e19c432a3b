import type { Message, Route, RouteConfiguration, VirtualHost } from '../../model/envoy.ts';
import { type JsonObject, objects } from '../../model/json.ts';
import { type HttpRequest, headerOf } from '../request.ts';

/** A change of a header that a route, its virtual host or its configuration asks for. */
export interface HeaderChange {
  name: string;
  action: 'set' | 'set-if-present' | 'add' | 'add-if-absent' | 'remove';
  value?: string;
  /** An empty value is written as well. */
  keepEmpty?: true;
}

type Side = 'request' | 'response';

/** The changes of one level; they see what the levels before left. */
type Level = readonly HeaderChange[];

/**
 * All changes of one side, level by level: the weighted cluster's first, then the route's, the virtual host's and the route
 * configuration's, or the other way round where the most specific wins (RouteEntryImplBase::getRequestHeaderParsers).
 */
export function headerChanges(
  side: Side,
  config: RouteConfiguration,
  host?: VirtualHost,
  route?: Route,
  entry?: Message,
): readonly Level[] {
  const levels: (Message | undefined)[] = [route, host, config];
  if (config['most_specific_header_mutations_wins'] === true) levels.reverse();
  let changes = none;
  for (const level of [entry, ...levels]) {
    const own = level ? changesOf(level)[side] : [];
    if (own.length > 0) changes = [...changes, own];
  }
  return changes;
}

const none: readonly Level[] = [];
const known = new WeakMap<Message, Record<Side, Level>>();

/** The changes that one level alone asks for: a route, or an entry of its weighted clusters. */
export function changesOf(level: Message): Record<Side, Level> {
  let changes = known.get(level);
  if (!changes) {
    changes = { request: read(level, 'request'), response: read(level, 'response') };
    known.set(level, changes);
  }
  return changes;
}

function read(level: Message, side: Side): HeaderChange[] {
  const removed = Array.isArray(level[`${side}_headers_to_remove`])
    ? (level[`${side}_headers_to_remove`] as string[])
    : [];
  return [
    ...removed.map((name): HeaderChange => ({ name, action: 'remove' })),
    ...objects(level[`${side}_headers_to_add`]).map(change),
  ];
}

const actions: Record<string, HeaderChange['action']> = {
  OVERWRITE_IF_EXISTS_OR_ADD: 'set',
  OVERWRITE_IF_EXISTS: 'set-if-present',
  ADD_IF_ABSENT: 'add-if-absent',
};

function change(option: JsonObject): HeaderChange {
  const header = (option['header'] ?? {}) as { key?: string; value?: string };
  const action = actions[String(option['append_action'])] ?? (option['append'] === false ? 'set' : 'add');
  const keepEmpty = option['keep_empty_value'] === true ? { keepEmpty: true as const } : {};
  return { name: header.key ?? '', action, value: header.value ?? '', ...keepEmpty };
}

/**
 * Headers after the changes of all levels. Within a level headers are removed first, then values are made of what is left,
 * then headers are replaced, then added (HeaderParser::evaluateHeaders).
 *
 * @param request what `%REQ(...)%` reads; where it has the same headers it is read as the levels change it
 */
export function changedHeaders(
  headers: HttpRequest['headers'],
  levels: readonly Level[],
  request: HttpRequest,
): HttpRequest['headers'] {
  if (levels.length === 0) return headers;
  const own = headers === request.headers;
  const result = new Map(headers);
  for (const level of levels) {
    for (const { name, action } of level) if (action === 'remove') result.delete(name.toLowerCase());
    const seen = own ? { ...request, headers: new Map(result) } : request;
    const made = level.flatMap(({ name, action, value = '', keepEmpty }) => {
      const key = name.toLowerCase();
      const skip =
        action === 'remove' ||
        (action === 'add-if-absent' && result.has(key)) ||
        (action === 'set-if-present' && !result.has(key));
      const text = skip ? '' : formatted(value, seen);
      return skip || (text === '' && !keepEmpty) ? [] : [{ key, text, replaces: action.startsWith('set') }];
    });
    for (const { key, text, replaces } of made) if (replaces) result.set(key, [text]);
    for (const { key, text, replaces } of made) if (!replaces) result.set(key, [...(result.get(key) ?? []), text]);
  }
  return result;
}

/** The first value of a header, which is what commands print. */
function firstOf(request: HttpRequest, name: string): string | undefined {
  const key = name.toLowerCase();
  return request.headers.get(key)?.[0] ?? headerOf(request, key);
}

/** A value with `%REQ(...)%` filled in; what is missing is nothing, other commands stay as they are written. */
function formatted(value: string, request: HttpRequest): string {
  if (!value.includes('%')) return value;
  return value
    .replace(
      /%REQ\(([^?)]+)(?:\?([^)]+))?\)%/g,
      (_, first: string, second?: string) =>
        firstOf(request, first) ?? (second === undefined ? undefined : firstOf(request, second)) ?? '',
    )
    .replaceAll('%%', '%');
}
