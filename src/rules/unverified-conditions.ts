import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { at, findingOf } from './finding.ts';
import { texts } from './policy-sources.ts';
import type { CompiledMesh } from './types.ts';

/**
 * Conditions (`when`) on a verified token, `request.auth.*`, at workloads that verify none: their rules match nobody. What
 * is excluded (`notValues` alone) is met by everybody then.
 *
 * @param selected the proxies that have the policy, which verify no tokens
 */
export function unverifiedConditions(mesh: CompiledMesh, policy: Resource, selected: readonly Proxy[]): Finding[] {
  const rules = objects(policy.spec['rules']);
  const dead = rules.map((rule) =>
    objects(rule['when']).flatMap(({ key, values }, index) =>
      String(key).startsWith('request.auth.') && texts(values).length > 0 ? [{ key: String(key), index }] : [],
    ),
  );
  const { action = 'ALLOW' } = policy.spec;
  const nobody = action === 'ALLOW' && dead.every((conditions) => conditions.length > 0);
  return dead.flatMap((conditions, rule) =>
    conditions.map(({ key, index }) =>
      findingOf(mesh, {
        code: codes.unverifiedIssuer,
        kind: 'authz',
        severity: nobody ? 'error' : 'warning',
        at: at(policy, 'spec', 'rules', rule, 'when', index, 'key'),
        proxies: selected.filter((it) => mesh.proxies.includes(it)),
        message: `asks for ${key}, and no RequestAuthentication of these workloads verifies tokens`,
        effect: nobody
          ? 'every request gets 403 (RBAC: access denied), because nobody meets the policy.'
          : `the rule ${action === 'DENY' ? 'denies' : 'matches'} nobody.`,
        fix: 'add a RequestAuthentication with the issuer for these workloads.',
      }),
    ),
  );
}
