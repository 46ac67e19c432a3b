import type { JsonObject } from '../../../src/model/json.ts';
import { type servedKinds, splitName } from './kinds.ts';

/** A request to objects, taken apart as the API server does it. */
export interface ObjectPath {
  group: string;
  version: string;
  namespace?: string;
  plural: string;
  name?: string;
  subresource?: string;
}

export function parseObjectPath(path: string): ObjectPath | undefined {
  const [, coreVersion, group = '', version, rest = ''] =
    /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))\/(.+)$/.exec(path) ?? [];
  if (rest === '') return undefined;
  let parts = rest.split('/').map(decodeURIComponent);
  let namespace: string | undefined;
  if (parts[0] === 'namespaces' && parts.length > 2) {
    namespace = parts[1];
    parts = parts.slice(2);
  }
  return {
    group,
    version: coreVersion ?? version ?? '',
    namespace,
    plural: parts[0]!,
    name: parts[1],
    subresource: parts[2],
  };
}

/** The objects that the API server of the tests has got. */
export class Store {
  readonly objects: JsonObject[];
  readonly served: typeof servedKinds;
  /** Lists of this generation: a `continue` token of another one has expired. */
  generation = 1;

  constructor(objects: JsonObject[], served: typeof servedKinds) {
    this.objects = objects;
    this.served = served;
  }

  /** A page as the API server gives it: items of typed lists have neither apiVersion nor kind. 410 for an old token. */
  list(path: ObjectPath, query: URLSearchParams): { status: number; body: object } {
    const entry = Object.entries(this.served).find(([name]) => sameKind(splitName(name), path));
    if (!entry?.[1].versions.includes(path.version))
      return { status: 404, body: status(404, 'the server could not find the requested resource') };
    const all = this.#of(path, entry[1].kind);
    const [generation, offset] = (query.get('continue') ?? `${this.generation}:0`).split(':').map(Number);
    if (generation !== this.generation)
      return { status: 410, body: status(410, 'The provided continue parameter is too old') };
    const limit = Number(query.get('limit') ?? 0) || all.length;
    const items = all.slice(offset, offset! + limit);
    const rest = all.length - offset! - items.length;
    return {
      status: 200,
      body: {
        kind: `${entry[1].kind}List`,
        apiVersion: path.group ? `${path.group}/${path.version}` : path.version,
        metadata: {
          resourceVersion: '100',
          ...(rest > 0 ? { continue: `${generation}:${offset! + limit}`, remainingItemCount: rest } : {}),
        },
        items: items.map(({ apiVersion: _, kind: __, ...item }) => item),
      },
    };
  }

  get(path: ObjectPath): JsonObject | undefined {
    const entry = Object.entries(this.served).find(([name]) => sameKind(splitName(name), path));
    return entry && this.#of(path, entry[1].kind).find((object) => metadata(object)['name'] === path.name);
  }

  #of(path: ObjectPath, kind: string): JsonObject[] {
    return this.objects.filter(
      (object) =>
        object['kind'] === kind &&
        groupOf(object) === path.group &&
        (path.namespace === undefined || metadata(object)['namespace'] === path.namespace),
    );
  }
}

/** A Kubernetes Status, as errors are answered. */
export function status(code: number, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code };
}

function sameKind(kind: { plural: string; group: string }, path: ObjectPath): boolean {
  return kind.plural === path.plural && kind.group === path.group;
}

function groupOf(object: JsonObject): string {
  const apiVersion = String(object['apiVersion']);
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function metadata(object: JsonObject): JsonObject {
  return object['metadata'] as JsonObject;
}
