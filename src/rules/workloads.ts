import { madeUpAt } from '../model/age.ts';
import { isObject, type JsonObject, type Path, valueAt } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';

/** Something that pods are made of: a workload's template, or a pod that none of the known workloads made. */
export interface PodSource {
  resource: Resource;
  /** Where the pod's metadata stand. */
  metadata: Path;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  spec: JsonObject;
}

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];

/** The templates of all workloads, and one pod for each owner that is not among them. */
export function podSources(registry: Registry): PodSource[] {
  const workloads = kinds.flatMap((kind) => registry.resources(kind));
  const templates = workloads.map((resource) => sourceAt(resource, ['spec', 'template']));
  const owners = new Set(workloads.map(({ kind, metadata }) => `${metadata.namespace} ${kind} ${metadata.name}`));
  const seen = new Set<string>();
  const pods = registry.resources('Pod').filter((pod) => {
    // Made of a workload's template.
    if (pod.metadata.creationTimestamp === madeUpAt) return false;
    const owner = ownerOf(pod);
    if (owners.has(`${pod.metadata.namespace} ${owner}`)) return false;
    const key = `${pod.metadata.namespace} ${owner ?? `Pod ${pod.metadata.name}`}`;
    return !seen.has(key) && seen.add(key);
  });
  return [...templates, ...pods.map((pod) => sourceAt(pod, []))];
}

/** `Deployment cart`: what a pod was made of; of a ReplicaSet its Deployment. */
function ownerOf({ object }: Resource): string | undefined {
  const owners = valueAt(object, ['metadata', 'ownerReferences']);
  const owner = Array.isArray(owners) ? owners.find(isObject) : undefined;
  if (!owner) return undefined;
  const [kind, name] = [String(owner['kind']), String(owner['name'])];
  return kind === 'ReplicaSet' ? `Deployment ${name.replace(/-[^-]*$/, '')}` : `${kind} ${name}`;
}

function sourceAt(resource: Resource, path: Path): PodSource {
  const texts = (key: string): Record<string, string> => {
    const value = valueAt(resource.object, [...path, 'metadata', key]);
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, it]) => [name, String(it)])) : {};
  };
  const spec = valueAt(resource.object, [...path, 'spec']);
  return {
    resource,
    metadata: [...path, 'metadata'],
    labels: texts('labels'),
    annotations: texts('annotations'),
    spec: (isObject(spec) ? spec : {}) as JsonObject,
  };
}
