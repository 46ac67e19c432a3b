import type { JsonObject, Path } from './json.ts';

/** A place in a file. Lines and columns count from 1; `file` is relative to the root of the repository, with `/`. */
export interface Location {
  file: string;
  line: number;
  column: number;
}

/** One entry of `metadata.managedFields` (server-side apply's record of who set what). */
export interface ManagedFields {
  manager?: string;
  operation?: string;
  subresource?: string;
  time?: string;
  fieldsV1?: JsonObject;
}

export interface ObjectMeta {
  name: string;
  /** Empty for cluster-scoped kinds. */
  namespace: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** RFC 3339, seconds; undefined for an object that the API server has not got. */
  creationTimestamp?: string;
  deletionTimestamp?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  managedFields?: ManagedFields[];
  ownerReferences?: { kind: string; name: string; apiVersion?: string; controller?: boolean; uid?: string }[];
}

/** Where an object was read from. */
export type Side = 'git' | 'api';

/** A Kubernetes object of any kind, from Git or from the API server. It is never changed after it was read. */
export interface Resource<Spec = JsonObject> {
  /** API group, '' for the core group. */
  group: string;
  /** API version without the group: `v1`. */
  version: string;
  kind: string;
  metadata: ObjectMeta;
  /** `spec`, or {} where there is none. */
  spec: Spec;
  /** The whole object as read: `status`, `data`, `subsets` and all that has no name here. */
  object: JsonObject;
  side: Side;
  /**
   * The place of the value at `path` (from the object's root, as in `['spec', 'http', 0, 'timeout']`): for a mapping
   * entry the place of its key, for a sequence's item the place of the item. Where the path leads to nothing the place
   * of its nearest ancestor is given. Undefined for objects without a file.
   */
  locate(path: Path): Location | undefined;
}

/** Names an object among all: `VirtualService shop/catalog`; cluster-scoped: `Namespace shop`. Used in every report. */
export function resourceName(resource: { kind: string; metadata: { name: string; namespace: string } }): string {
  const { name, namespace } = resource.metadata;
  return `${resource.kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

/** Identity of an object apart from its version: group, kind, namespace, name. */
export function resourceKey(resource: {
  group: string;
  kind: string;
  metadata: { name: string; namespace: string };
}): string {
  return `${resource.group}/${resource.kind}/${resource.metadata.namespace}/${resource.metadata.name}`;
}
