import type { Proxy } from '../../../model/proxy.ts';
import type { Resource } from '../../../model/resource.ts';
import type { Registry } from '../../../registry/types.ts';
import { attaches } from '../../policy-attachment.ts';
import { policiesIn } from '../policy-index.ts';
import type { Rule } from './rule.ts';

export type Action = 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';

/** What an AuthorizationPolicy does; ALLOW where it does not say. */
function actionOf(policy: Resource): string {
  return typeof policy.spec['action'] === 'string' ? policy.spec['action'] : 'ALLOW';
}

/**
 * The AuthorizationPolicies of one action that apply to a proxy, those of the root namespace first, each namespace's
 * oldest first (istiod's `ListAuthorizationPolicies`).
 */
export function authorizationPolicies(proxy: Proxy, registry: Registry, action: Action): Resource[] {
  const namespaces = new Set([registry.mesh.rootNamespace, proxy.namespace]);
  return [...namespaces].flatMap((namespace) =>
    policiesIn(registry, 'AuthorizationPolicy', namespace).filter(
      (policy) => actionOf(policy) === action && attaches(policy, proxy, registry),
    ),
  );
}

export function rulesOf(policy: Resource): (Rule | null)[] {
  const rules = policy.spec['rules'];
  return Array.isArray(rules) ? (rules as (Rule | null)[]) : [];
}

/** Name of the extension provider that a CUSTOM policy asks. */
export function providerOf(policy: Resource): string {
  return (policy.spec['provider'] as { name?: string } | undefined)?.name ?? '';
}

/** A policy with the annotation `istio.io/dry-run: "true"` (as Go's ParseBool reads it) is only evaluated. */
export function isDryRun(policy: Resource): boolean {
  return /^(1|t|T|TRUE|true|True)$/.test(policy.metadata.annotations['istio.io/dry-run'] ?? '');
}
