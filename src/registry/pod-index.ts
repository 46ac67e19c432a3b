import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import type { ResourceIndex } from './resources.ts';

/** Pods by name and by address, and what their status says. */
export class PodIndex {
  readonly #pods: ResourceIndex;
  readonly #byIp = new Map<string, Resource[]>();

  constructor(resources: ResourceIndex) {
    this.#pods = resources;
    for (const pod of resources.list('Pod')) {
      const ip = podIps(pod)[0];
      if (ip === undefined || !isPresent(pod) || !isReady(pod)) continue;
      const list = this.#byIp.get(ip);
      if (list) list.push(pod);
      else this.#byIp.set(ip, [pod]);
    }
  }

  get(namespace: string, name: string): Resource | undefined {
    return this.#pods.get('', 'Pod', namespace, name);
  }

  /** Ready pods of a namespace that own an address (several only on the host's network). */
  byIp(ip: string, namespace: string): Resource | undefined {
    return this.#byIp.get(ip)?.find((pod) => pod.metadata.namespace === namespace);
  }

  ready(): Resource[] {
    return [...this.#byIp.values()].flat();
  }
}

/** IP addresses of a pod, the primary one first. */
export function podIps(pod: Resource): string[] {
  const status = statusOf(pod);
  const ips = Array.isArray(status['podIPs'])
    ? status['podIPs'].filter(isObject).map((item) => String(item['ip']))
    : [];
  if (ips.length > 0) return ips;
  return typeof status['podIP'] === 'string' && status['podIP'] !== '' ? [status['podIP']] : [];
}

/** Whether the pod is neither finished nor being deleted (kube controller's shouldPodBeInEndpoints). */
export function isPresent(pod: Resource): boolean {
  return !isFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isFinished(pod: Resource): boolean {
  const phase = statusOf(pod)['phase'];
  return phase === 'Succeeded' || phase === 'Failed';
}

export function isReady(pod: Resource): boolean {
  const conditions = statusOf(pod)['conditions'];
  if (!Array.isArray(conditions)) return false;
  return conditions.some((item) => isObject(item) && item['type'] === 'Ready' && item['status'] === 'True');
}

/** The time at which the pod last became ready, RFC 3339; undefined where it is not, or does not say. */
export function readySince(pod: Resource): string | undefined {
  const conditions = statusOf(pod)['conditions'];
  if (!Array.isArray(conditions)) return undefined;
  const ready = conditions.find((item) => isObject(item) && item['type'] === 'Ready' && item['status'] === 'True');
  return isObject(ready) && typeof ready['lastTransitionTime'] === 'string' ? ready['lastTransitionTime'] : undefined;
}

/** The time at which the pod's container last started, RFC 3339; undefined where it does not run. */
export function containerStart(pod: Resource, container: string): string | undefined {
  const { containerStatuses, initContainerStatuses } = statusOf(pod);
  const statuses = [containerStatuses, initContainerStatuses].filter(Array.isArray).flat();
  const status = statuses.find((item) => isObject(item) && item['name'] === container);
  const running = isObject(status) && isObject(status['state']) ? status['state']['running'] : undefined;
  return isObject(running) && typeof running['startedAt'] === 'string' ? running['startedAt'] : undefined;
}

function statusOf(pod: Resource): Record<string, unknown> {
  return isObject(pod.object['status']) ? pod.object['status'] : {};
}
