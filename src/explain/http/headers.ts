import type { Message, Route, RouteConfiguration, VirtualHost } from '../../model/envoy.ts';
import { type JsonObject, objects } from '../../model/json.ts';
import { type HttpRequest, headerOf } from '../request.ts';

/** Changes of headers that a route, its virtual host and its configuration ask for, in the order in which they are made. */
export interface HeaderChange {
  name: string;
  action: 'set' | 'add' | 'add-if-absent' | 'remove';
  value?: string;
}

type Side = 'request' | 'response';

/** All changes of one side: the route's first, then the virtual host's, then the route configuration's. */
export function headerChanges(
  side: Side,
  config: RouteConfiguration,
  host?: VirtualHost,
  route?: Route,
  cluster?: Message,
): readonly HeaderChange[] {
  const levels: (Message | undefined)[] = [cluster, route?.['route'], route, host, config];
  if (config['most_specific_header_mutations_wins'] === true) levels.reverse();
  let changes = none;
  for (const level of levels) {
    const own = level ? changesOf(level)[side] : none;
    if (own.length > 0) changes = changes.length > 0 ? [...changes, ...own] : own;
  }
  return changes;
}

const none: readonly HeaderChange[] = [];
const known = new WeakMap<Message, Record<Side, readonly HeaderChange[]>>();

function changesOf(level: Message): Record<Side, readonly HeaderChange[]> {
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

function change(option: JsonObject): HeaderChange {
  const header = (option['header'] ?? {}) as { key?: string; value?: string };
  const actions = {
    OVERWRITE_IF_EXISTS_OR_ADD: 'set',
    ADD_IF_ABSENT: 'add-if-absent',
    OVERWRITE_IF_EXISTS: 'set',
  } as const;
  const action =
    actions[option['append_action'] as keyof typeof actions] ?? (option['append'] === false ? 'set' : 'add');
  return { name: header.key ?? '', action, value: header.value ?? '' };
}

/** The request's headers after the changes; values of `%REQ(...)%` are filled in, others stay as they are written. */
export function changed(request: HttpRequest, changes: readonly HeaderChange[]): HttpRequest {
  if (changes.length === 0) return request;
  const headers = new Map(request.headers);
  let { authority, path } = request;
  for (const { name, action, value = '' } of changes) {
    const key = name.toLowerCase();
    const text = value
      .replace(
        /%REQ\(([^?)]+)(?:\?([^)]+))?\)%/g,
        (_, first: string, second?: string) =>
          headerOf(request, first.toLowerCase()) ??
          (second ? headerOf(request, second.toLowerCase()) : undefined) ??
          '-',
      )
      .replaceAll('%%', '%');
    if (key === ':authority' || key === 'host') authority = text;
    else if (key === ':path') path = text;
    else if (action === 'remove') headers.delete(key);
    else if (action === 'set') headers.set(key, [text]);
    else if (action === 'add') headers.set(key, [...(headers.get(key) ?? []), text]);
    else if (!headers.has(key)) headers.set(key, [text]);
  }
  return { ...request, authority, path, headers };
}
