import type { FieldDifference } from '../../compare/object/difference.ts';
import { notYetCreated } from '../../model/age.ts';
import type { Json, JsonObject, Path } from '../../model/json.ts';
import { isObject, ownValue } from '../../model/json.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { toResource } from '../../source/object.ts';

/**
 * Lays Git's objects over the API server's: the state that the cluster would have after applying Git. What only the API
 * server knows (creation time, status, a Service's addresses) stays.
 */
export function overlay(live: readonly Resource[], git: readonly Resource[]): Resource[] {
  const byKey = new Map(git.map((resource) => [resourceKey(resource), resource]));
  const merged = live.map((resource) => {
    const desired = byKey.get(resourceKey(resource));
    byKey.delete(resourceKey(resource));
    return desired ? applied(desired, resource) : resource;
  });
  return [...merged, ...[...byKey.values()].map((resource) => applied(resource, undefined))];
}

/** The object as the API server would hold it once `git` is applied over `live`. */
export function applied(git: Resource, live: Resource | undefined): Resource {
  const metadata: JsonObject = {
    ...((live?.object['metadata'] as JsonObject | undefined) ?? { creationTimestamp: notYetCreated }),
    name: git.metadata.name,
    ...(git.metadata.namespace === '' ? {} : { namespace: git.metadata.namespace }),
    labels: { ...live?.metadata.labels, ...git.metadata.labels },
    annotations: { ...live?.metadata.annotations, ...git.metadata.annotations },
  };
  const verbatim = git.group.endsWith('.istio.io');
  const object: JsonObject = { ...live?.object, ...git.object, metadata };
  if (live && !verbatim) object['spec'] = laidOver(live.object['spec'], git.object['spec']);
  if (live?.object['status'] !== undefined) object['status'] = live.object['status'];
  return { ...toResource(object, 'git'), locate: git.locate };
}

/**
 * The object as Git means it: besides what applying it does, labels and annotations that it does not have are gone where
 * they change what Istio does.
 */
export function asWritten(git: Resource, live: Resource): Resource {
  const resource = applied(git, live);
  const object = structuredClone(resource.object);
  for (const part of ['labels', 'annotations'] as const) {
    const values = (object['metadata'] as JsonObject)[part] as JsonObject;
    for (const key of Object.keys(values)) if (isEffective(key) && !(key in git.metadata[part])) delete values[key];
  }
  return { ...toResource(object, 'git'), locate: git.locate };
}

/** Whether a label or an annotation changes what Istio does. */
export function isEffective(key: string): boolean {
  return /(^|\.)istio\.io\//.test(key);
}

/** Fields that Git does not write keep what the API server filled in; items of lists are paired by name or port. */
function laidOver(live: Json | undefined, git: Json | undefined): Json | undefined {
  if (git === undefined) return live;
  if (isObject(live) && isObject(git)) {
    const keys = new Set([...Object.keys(live), ...Object.keys(git)]);
    return Object.fromEntries(
      [...keys].map((key) => [key, laidOver(ownValue(live, key) as Json, ownValue(git, key) as Json)]),
    );
  }
  if (Array.isArray(live) && Array.isArray(git)) {
    const key = (item: Json): unknown => (isObject(item) ? (item['name'] ?? item['port'] ?? item['ip']) : undefined);
    return git.map((item) => {
      const partner = key(item) === undefined ? undefined : live.find((other) => key(other) === key(item));
      return laidOver(partner, item) ?? null;
    });
  }
  return git;
}

/** The live object with one difference put right: what the API server would hold if only that field were applied. */
export function withField(live: Resource, difference: FieldDifference): Resource {
  const object = structuredClone(live.object);
  const { livePath, path } = difference;
  if (difference.kind === 'missing') {
    const list = containerAt(object, livePath);
    if (Array.isArray(list)) list.splice(Number(path.at(-1) ?? 0), 0, difference.expected as Json);
  } else {
    const parent = containerAt(object, livePath.slice(0, -1));
    const key = livePath.at(-1) ?? '';
    if (difference.kind === 'extra' && Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (difference.kind === 'switched' && isObject(parent) && isObject(difference.expected)) {
      delete parent[key];
      Object.assign(parent, structuredClone(difference.expected));
    } else if (difference.kind === 'reordered') reorder(containerAt(object, livePath), difference, parent, key);
    else setOrDelete(parent, key, difference.expected as Json | undefined);
  }
  return toResource(object, 'api');
}

function reorder(list: unknown, difference: FieldDifference, parent: unknown, key: string | number): void {
  if (!Array.isArray(list) || !list.some(isObject)) {
    setOrDelete(parent, key, difference.expected as Json);
    return;
  }
  const order = difference.expected as unknown[];
  const liveOrder = difference.live as unknown[];
  const rank = new Map(list.map((item, index) => [item, order.indexOf(liveOrder[index])]));
  list.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
}

function setOrDelete(parent: unknown, key: string | number, value: Json | undefined): void {
  if (typeof parent !== 'object' || parent === null) return;
  if (value === undefined || value === null) delete (parent as Record<string | number, unknown>)[key];
  else (parent as Record<string | number, unknown>)[key] = structuredClone(value);
}

function containerAt(root: JsonObject, path: Path): unknown {
  let value: unknown = root;
  for (const step of path) {
    const container = value as Record<string | number, unknown>;
    if (ownValue(container, step) == null) container[step] = {};
    value = ownValue(container, step);
  }
  return value;
}
