import { authorizationPolicies, isDryRun } from '../compile/security/authorization/policies.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { type JsonObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceKey, resourceName } from '../model/resource.ts';
import { at, findingOf } from './finding.ts';
import { covers } from './policy-cover.ts';
import type { CompiledMesh, Rule } from './types.ts';

interface Dead {
  policy: Resource;
  rule: number;
  by: Resource;
  byRule: number;
  proxies: Set<Proxy>;
  alive: boolean;
}

/**
 * AuthorizationPolicies that undo each other on a workload: ALLOW rules of which a DENY rule refuses every request, and
 * workloads that nothing is allowed to call.
 */
export const policyClash: Rule = {
  name: 'policy-clash',
  codes: [codes.allowedAndDenied, codes.nobodyAllowed],
  find: (mesh) => [...allowedAndDenied(mesh), ...nobodyAllowed(mesh)],
};

function allowedAndDenied(mesh: CompiledMesh): Finding[] {
  const found = new Map<string, Dead>();
  const open = new Set<Proxy>();
  for (const proxy of mesh.proxies) {
    const denies = enforced(mesh, proxy, 'DENY');
    for (const policy of enforced(mesh, proxy, 'ALLOW'))
      for (const [rule, allowed] of rulesOf(policy).entries()) {
        const refusing = denies.flatMap((by) =>
          rulesOf(by).flatMap((denied, byRule) => (covers(denied, allowed) ? [{ by, byRule }] : [])),
        )[0];
        const key = `${resourceKey(policy)} ${rule}`;
        const known = found.get(key);
        if (!refusing) {
          open.add(proxy);
          if (known) known.alive = true;
          else found.set(key, { policy, rule, by: policy, byRule: 0, proxies: new Set(), alive: true });
          continue;
        }
        const dead = known ?? { policy, rule, ...refusing, proxies: new Set<Proxy>(), alive: false };
        found.set(key, dead);
        dead.proxies.add(proxy);
      }
  }
  return [...found.values()]
    .filter(({ alive }) => !alive)
    .map(({ policy, rule, by, byRule, proxies }) =>
      findingOf(mesh, {
        code: codes.allowedAndDenied,
        kind: 'authz',
        severity: [...proxies].some((proxy) => !open.has(proxy)) ? 'error' : 'warning',
        at: at(policy, 'spec', 'rules', rule),
        proxies,
        message: `allows what ${resourceName(by)} denies`,
        effect: [...proxies].some((proxy) => !open.has(proxy))
          ? 'DENY is asked first, and nothing else is allowed: every request gets 403.'
          : 'DENY is asked first: every request that this rule allows gets 403.',
        fix: `narrow the rule of ${resourceName(by)} (notPrincipals, notPaths and the like), or remove this one.`,
        related: [{ message: 'denies it', at: at(by, 'spec', 'rules', byRule) }],
      }),
    );
}

/** Policies with an empty list of rules are how access is closed by default, so this is a note, told once for each of them. */
function nobodyAllowed(mesh: CompiledMesh): Finding[] {
  const found = new Map<Resource, Set<Proxy>>();
  for (const proxy of mesh.proxies) {
    const allows = enforced(mesh, proxy, 'ALLOW');
    if (allows.length === 0 || allows.some((policy) => rulesOf(policy).length > 0)) continue;
    if (proxy.type === 'sidecar' && mesh.registry.serviceTargets(proxy).length === 0) continue;
    for (const policy of allows) found.set(policy, (found.get(policy) ?? new Set()).add(proxy));
  }
  return [...found].map(([policy, proxies]) =>
    findingOf(mesh, {
      code: codes.nobodyAllowed,
      kind: 'authz',
      severity: 'info',
      at: at(policy, 'spec'),
      proxies,
      message: `lets nobody call ${proxies.size === 1 ? 'a workload' : `${proxies.size} workloads' pods`}, and no other policy allows anything there`,
      effect: 'every request gets 403 (RBAC: access denied).',
      fix: 'add a policy that allows the callers, if there are to be any.',
    }),
  );
}

function enforced(mesh: CompiledMesh, proxy: Proxy, action: 'ALLOW' | 'DENY'): Resource[] {
  return authorizationPolicies(proxy, mesh.registry, action).filter((policy) => !isDryRun(policy));
}

function rulesOf(policy: Resource): JsonObject[] {
  return objects(policy.spec['rules']);
}
