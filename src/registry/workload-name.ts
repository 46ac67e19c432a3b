import type { Resource } from '../model/resource.ts';

/** `-` and a CronJob's scheduled time at the end of its Job's name. */
const cronJobName = /(.+)-\d{8,10}$/;

/**
 * Name of the workload that a pod belongs to (kube.GetWorkloadMetaFromPod): the label that overrides it, else the
 * controlling owner without generated suffixes, else the pod itself.
 */
export function workloadName(pod: Resource): string {
  const { labels, name, ownerReferences } = pod.metadata;
  const override = labels['service.istio.io/workload-name'];
  if (override) return override;
  const metadata = pod.object['metadata'] as { generateName?: string } | undefined;
  const owner = ownerReferences?.find((reference) => reference.controller === true);
  if (!metadata?.generateName || !owner) return name;
  if (owner.kind === 'ReplicaSet') {
    for (const label of ['pod-template-hash', 'rollouts-pod-template-hash']) {
      const hash = labels[label];
      if (hash && owner.name.endsWith(hash)) return trimSuffix(owner.name, `-${hash}`) || name;
    }
  }
  if (owner.kind === 'ReplicationController' && labels['deploymentconfig']) return labels['deploymentconfig'];
  if (owner.kind === 'Job') return cronJobName.exec(owner.name)?.[1] ?? owner.name;
  return owner.name || name;
}

function trimSuffix(text: string, suffix: string): string {
  return text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}
