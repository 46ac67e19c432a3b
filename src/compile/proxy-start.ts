import type { Proxy } from '../model/proxy.ts';
import { containerStart } from '../registry/pod-index.ts';

/**
 * When a proxy last started, RFC 3339: what happened before, it was told when it connected. Where its pod does not say,
 * the pod's creation; '' for a pod that the API server has not got.
 */
export function proxyStart({ pod }: Proxy): string {
  return containerStart(pod, 'istio-proxy') ?? pod.metadata.creationTimestamp ?? '';
}
