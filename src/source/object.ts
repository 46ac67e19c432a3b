import type { Json, JsonObject, Path } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import { adopt } from '../model/provenance.ts';
import type { Location, ManagedFields, ObjectMeta, Resource, Side } from '../model/resource.ts';

/** Whether a value has the shape of a Kubernetes object: apiVersion, kind and a metadata.name. */
export function isKubernetesObject(value: unknown): value is JsonObject {
  return (
    isObject(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    isObject(value['metadata']) &&
    typeof value['metadata']['name'] === 'string'
  );
}

/**
 * Makes a `Resource` of a Kubernetes object and registers its containers for provenance.
 *
 * @param object as read; it becomes the resource's own and must not be changed afterwards
 * @param locate finds the place of a path in the file that the object was read from
 * @throws TypeError where `isKubernetesObject` is false
 */
export function toResource(
  object: JsonObject,
  side: Side,
  locate: (path: Path) => Location | undefined = () => undefined,
): Resource {
  if (!isKubernetesObject(object)) throw new TypeError('not a Kubernetes object: it has no apiVersion, kind or name');
  const [group, version] = splitApiVersion(object['apiVersion'] as string);
  const metadata = object['metadata'] as JsonObject;
  const resource: Resource = {
    group,
    version,
    kind: object['kind'] as string,
    metadata: toMetadata(metadata),
    spec: isObject(object['spec']) ? (object['spec'] as JsonObject) : {},
    object,
    side,
    locate,
  };
  adopt(resource);
  return resource;
}

/** Splits `networking.istio.io/v1` into group and version; the core group's `v1` has the group ''. */
export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.lastIndexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

function toMetadata(metadata: JsonObject): ObjectMeta {
  const text = (key: string): string | undefined => {
    const value = metadata[key];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    name: text('name') ?? '',
    namespace: text('namespace') ?? '',
    labels: toStrings(metadata['labels']),
    annotations: toStrings(metadata['annotations']),
    creationTimestamp: text('creationTimestamp'),
    deletionTimestamp: text('deletionTimestamp'),
    uid: text('uid'),
    resourceVersion: text('resourceVersion'),
    generation: typeof metadata['generation'] === 'number' ? metadata['generation'] : undefined,
    managedFields: metadata['managedFields'] as unknown as ManagedFields[] | undefined,
    ownerReferences: metadata['ownerReferences'] as unknown as ObjectMeta['ownerReferences'],
  };
}

function toStrings(value: Json | undefined): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}
