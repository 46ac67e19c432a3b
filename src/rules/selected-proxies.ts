import { selectorLabels, targetRefs } from '../compile/policy-attachment.ts';
import { isObject, valueAt } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';
import { matchesLabels } from '../registry/workload-labels.ts';

/** The proxies that a security policy selects by namespace and labels; undefined for one that names its targets instead. */
export function selectedProxies(policy: Resource, registry: Registry): Proxy[] | undefined {
  if (targetRefs(policy).length > 0) return undefined;
  const labels = selectorLabels(policy);
  return inNamespace(policy, registry, registry.proxies, (proxy) => proxy.namespace).filter((proxy) =>
    matchesLabels(labels, proxy.labels),
  );
}

/** The pods that a policy selects, with a sidecar or without, that are still at work. */
export function selectedPods(policy: Resource, registry: Registry): Resource[] {
  const labels = selectorLabels(policy);
  return inNamespace(policy, registry, registry.resources('Pod'), (pod) => pod.metadata.namespace).filter((pod) =>
    matchesLabels(labels, pod.metadata.labels),
  );
}

/** Whether a workload that runs no pod now would be selected: one that is scaled to zero is no mistake. */
export function selectsTemplate(policy: Resource, registry: Registry): boolean {
  const labels = selectorLabels(policy);
  const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'].flatMap((kind) => registry.resources(kind));
  return inNamespace(policy, registry, workloads, ({ metadata }) => metadata.namespace).some((workload) => {
    const own = valueAt(workload.object, ['spec', 'template', 'metadata', 'labels']);
    return isObject(own) && matchesLabels(labels, own as Record<string, string>);
  });
}

/**
 * Whether the labels are those of a workload that runs no pod now, or of one outside of Kubernetes (WorkloadEntry,
 * WorkloadGroup).
 *
 * @param namespace of the workload; undefined: any
 */
export function runsElsewhere(registry: Registry, labels: Record<string, string>, namespace?: string): boolean {
  const list = (kinds: string[]): Resource[] =>
    kinds
      .flatMap((kind) => registry.resources(kind))
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  const templates = list(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']).map((it) =>
    valueAt(it.object, ['spec', 'template', 'metadata', 'labels']),
  );
  const entries = list(['WorkloadEntry']).map((it) => it.spec['labels']);
  const groups = list(['WorkloadGroup']).map((it) => valueAt(it.object, ['spec', 'metadata', 'labels']));
  return [...templates, ...entries, ...groups].some(
    (own) => isObject(own) && matchesLabels(labels, own as Record<string, string>),
  );
}

function inNamespace<T>(policy: Resource, registry: Registry, items: readonly T[], namespace: (it: T) => string): T[] {
  const own = policy.metadata.namespace;
  return items.filter((item) => own === registry.mesh.rootNamespace || namespace(item) === own);
}
