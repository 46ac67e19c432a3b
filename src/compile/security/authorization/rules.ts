import type { Message } from '../../../model/envoy.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { Resource } from '../../../model/resource.ts';
import type { Registry } from '../../../registry/types.ts';
import { isDryRun, rulesOf } from './policies.ts';
import { rbacPolicy } from './rule.ts';

export type RbacAction = 'ALLOW' | 'DENY' | 'LOG';

/** Envoy's RBAC rules of several policies: those enforced, and those that are only evaluated (`istio.io/dry-run`). */
export interface RuleSets {
  enforced?: Message;
  shadow?: Message;
}

/**
 * Collects the rules of policies of one action (istiod's `Builder.build`). A policy without rules gives one that never
 * matches, so that ALLOW without rules denies all.
 *
 * @param prefix of the rules' names, for CUSTOM
 */
export function ruleSets(
  policies: Resource[],
  registry: Registry,
  action: RbacAction,
  layer: 'http' | 'tcp',
  prefix = '',
): RuleSets {
  const sets: RuleSets = {};
  for (const policy of policies) {
    const kind = isDryRun(policy) ? 'shadow' : 'enforced';
    sets[kind] ??= { action, policies: {} };
    const set = sets[kind];
    const { namespace, name } = policy.metadata;
    const target = set['policies'] as Message;
    const add = (index: number, rule: Message): void => {
      target[`${prefix}ns[${namespace}]-policy[${name}]-rule[${index}]`] = rule;
    };
    const rules = rulesOf(policy);
    if (rules.length === 0) add(0, derive(neverMatches(), policy));
    for (const [index, rule] of rules.entries()) {
      const built = rule && rbacPolicy(rule, registry, { layer, namespace, strict: action === 'ALLOW' });
      if (built) add(index, built);
    }
  }
  for (const set of Object.values(sets)) {
    derive(set, ...policies);
    deriveField(set, 'action', ...policies.map((policy) => [policy.spec, 'action'] as const));
  }
  return sets;
}

function neverMatches(): Message {
  return { permissions: [{ not_rule: { any: true } }], principals: [{ not_id: { any: true } }] };
}
