import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { workloadName } from '../../registry/workload-name.ts';
import { nearest } from '../../source/nearest.ts';
import { UserError } from '../inputs.ts';
import { idOf } from './mesh.ts';

/**
 * The pod that `NS/WORKLOAD` names: a pod, the workload that owns it, or its `app` label. Replicas of one workload are
 * alike; of several workloads one must be chosen.
 *
 * @throws UserError for what names no pod, or pods of several workloads
 */
export function selectClient(name: string, pods: readonly Resource[]): Resource {
  const [namespace, workload, ...more] = name.split('/');
  if (!namespace || !workload || more.length > 0)
    throw new UserError(`--from "${name}" is not of the form NAMESPACE/WORKLOAD`);
  const here = pods.filter((pod) => pod.metadata.namespace === namespace && isUp(pod));
  const exact = here.find((pod) => pod.metadata.name === workload);
  if (exact) return exact;
  const owned = here.filter((pod) => workloadOf(pod) === workload);
  const found = owned.length > 0 ? owned : here.filter((pod) => labelsOf(pod).includes(workload));
  const workloads = [...new Set(found.map(workloadOf))];
  const [first] = found;
  if (first && workloads.length === 1) return first;
  if (workloads.length > 1)
    throw new UserError(
      `--from ${name} is ambiguous: it is ${workloads.map((it) => `${namespace}/${it}`).join(' or ')}`,
    );
  const all = [...new Set(pods.filter(isUp).flatMap((pod) => [`${pod.metadata.namespace}/${workloadOf(pod)}`]))];
  throw new UserError(`no workload ${name}${didYouMean(nearest(name, all))}`);
}

/**
 * The pod and the port that requests from outside come to: `NS/NAME` is a gateway's workload, its Service, or a Gateway
 * that selects it. A port of its Service is translated to that of the pod.
 *
 * @throws UserError for what names no gateway
 */
export function selectGateway(name: string, port: number, registry: Registry): { pod: Resource; port: number } {
  const [namespace = '', own = '', ...more] = name.split('/');
  if (namespace === '' || own === '' || more.length > 0)
    throw new UserError(`--gateway "${name}" is not of the form NAMESPACE/NAME`);
  const routers = registry.proxies.filter((proxy) => proxy.type === 'router');
  const gateway = ['Gateway', 'gateway.networking.k8s.io/Gateway']
    .flatMap((kind) => registry.resources(kind))
    .find((it) => it.metadata.namespace === namespace && it.metadata.name === own);
  const selector = (gateway?.spec as { selector?: Record<string, string> } | undefined)?.selector;
  const selected = (labels: Record<string, string>): boolean =>
    selector !== undefined && Object.entries(selector).every(([key, value]) => labels[key] === value);
  const proxy =
    routers.find((it) => it.namespace === namespace && (it.podName === own || it.workloadName === own)) ??
    routers.find(
      (it) => it.namespace === namespace && registry.serviceTargets(it).some((target) => target.service.name === own),
    ) ??
    routers.find((it) => it.namespace === namespace && labelsOf(it.pod).includes(own)) ??
    routers.find((it) => it.namespace === namespace && it.labels['gateway.networking.k8s.io/gateway-name'] === own) ??
    routers.find((it) => selected(it.labels));
  if (!proxy) {
    const known = routers.map((it) => `${it.namespace}/${it.workloadName}`);
    const none = known.length === 0 ? '; the mesh has no gateway' : '';
    throw new UserError(`no gateway ${name}${didYouMean(nearest(name, known)) || none}`);
  }
  const target = registry.serviceTargets(proxy).find((it) => it.port.port === port);
  return { pod: proxy.pod, port: target?.targetPort ?? port };
}

function didYouMean(names: readonly string[]): string {
  return names.length > 0 ? `; did you mean ${names.join(' or ')}?` : '';
}

function labelsOf(pod: Resource): string[] {
  const { labels } = pod.metadata;
  return [
    labels['app'],
    labels['istio'],
    labels['app.kubernetes.io/name'],
    labels['service.istio.io/canonical-name'],
  ].filter((it) => it !== undefined);
}

/** Name of the workload that owns a pod; its own where none does. */
function workloadOf(pod: Resource): string {
  return workloadName(pod) || idOf(pod);
}

function isUp(pod: Resource): boolean {
  const phase = (pod.object['status'] as { phase?: string } | undefined)?.phase;
  return phase !== 'Succeeded' && phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined;
}
