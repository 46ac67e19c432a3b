import { authorizationPolicies, isDryRun } from '../compile/security/authorization/policies.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceKey, resourceName } from '../model/resource.ts';
import { at, findingOf } from './finding.ts';
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
        severity: 'warning',
        at: at(policy, 'spec', 'rules', rule),
        proxies,
        message: `allows what ${resourceName(by)} denies`,
        effect: 'DENY is asked first: every request that this rule allows gets 403.',
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

/** Whether a rule takes every request of another one; false where equal conditions do not prove it. */
function covers(wide: JsonObject, narrow: JsonObject): boolean {
  return ['from', 'to', 'when'].every((part) => {
    const outer = objects(wide[part]);
    const inner = objects(narrow[part]);
    if (outer.length === 0) return true;
    // All conditions of `when` must hold; of `from` and `to` any.
    if (part === 'when') return outer.every((it) => inner.some((other) => same(it, other)));
    return inner.length > 0 && inner.every((it) => outer.some((other) => narrows(it, other)));
  });
}

/** Whether a `source` or `operation` with more conditions, or fewer values in them, is within another. */
function narrows(inner: JsonObject, outer: JsonObject): boolean {
  const [a]: unknown[] = Object.values(inner).filter(isObject);
  const [b]: unknown[] = Object.values(outer).filter(isObject);
  if (!isObject(b)) return true;
  if (!isObject(a)) return false;
  return Object.entries(b).every(([key, values]) => {
    const own = a[key];
    if (!Array.isArray(values) || !Array.isArray(own)) return same(own, values);
    return key.startsWith('not')
      ? values.every((value) => own.includes(value))
      : own.length > 0 && own.every((value) => values.includes(value));
  });
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
