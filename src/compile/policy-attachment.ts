import { isObject } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';

interface TargetRef {
  group?: string;
  kind?: string;
  name?: string;
  namespace?: string;
}

/** `targetRefs` of a policy, or its older single `targetRef`. */
export function targetRefs(policy: Resource): TargetRef[] {
  const refs = policy.spec['targetRefs'];
  if (Array.isArray(refs) && refs.length > 0) return refs as TargetRef[];
  return isObject(policy.spec['targetRef']) ? [policy.spec['targetRef'] as TargetRef] : [];
}

/** `selector.matchLabels` of a policy; {} selects all. */
export function selectorLabels(policy: Resource): Record<string, string> {
  const selector = policy.spec['selector'];
  const labels = isObject(selector) ? selector['matchLabels'] : undefined;
  return isObject(labels) ? (labels as Record<string, string>) : {};
}

/** Whether a policy names no workload: neither selector labels nor targets, so that it holds for its whole namespace. */
export function isNamespaceWide(policy: Resource): boolean {
  return Object.keys(selectorLabels(policy)).length === 0 && targetRefs(policy).length === 0;
}

/**
 * Whether a policy attaches to a proxy by its selector or `targetRefs` (istiod's `ShouldAttachPolicy`,
 * policyattachment.go): a proxy of a Gateway API gateway is chosen by `targetRefs`, or by labels where the mesh allows
 * that; any other proxy by labels only, and a policy with `targetRefs` never.
 *
 * @param labels those that the policy selects by, where it does not name them `selector.matchLabels`
 */
export function attaches(policy: Resource, proxy: Proxy, registry: Registry, labels = selectorLabels(policy)): boolean {
  const gateway = proxy.labels['gateway.networking.k8s.io/gateway-name'];
  const refs = targetRefs(policy);
  const selected = Object.entries(labels).every(([key, value]) => proxy.labels[key] === value);
  if (gateway === undefined) return refs.length === 0 && selected;
  if (refs.length === 0) return registry.environment.flag('ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY', true) && selected;
  if (policy.metadata.namespace !== proxy.namespace) return false;
  return refs.some(
    (ref) =>
      (ref.namespace === undefined || ref.namespace === '' || ref.namespace === proxy.namespace) &&
      ref.group === 'gateway.networking.k8s.io' &&
      ref.kind === 'Gateway' &&
      ref.name === gateway,
  );
}
