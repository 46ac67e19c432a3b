import { authorizationPolicies, isDryRun } from '../compile/security/authorization/policies.ts';
import { codes } from '../model/codes.ts';
import { isObject, type JsonObject, objects, type Path } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { at, findingOf } from './finding.ts';
import { selectedProxies } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';

const httpOnly = {
  from: ['requestPrincipals', 'notRequestPrincipals', 'remoteIpBlocks', 'notRemoteIpBlocks'],
  to: ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths'],
} as const;

/**
 * Rules of AuthorizationPolicies that ask for parts of HTTP requests on workloads that speak TCP only: an ALLOW rule never
 * matches there, and a DENY rule holds without them (istiod's `generate` for TCP).
 */
export const httpFieldsOnTcp: Rule = {
  name: 'http-fields-on-tcp',
  codes: [codes.httpFieldsOnTcp],
  find(mesh) {
    return mesh.registry.resources('AuthorizationPolicy').flatMap((policy) => {
      const action = String(policy.spec['action'] ?? 'ALLOW');
      const selected = (selectedProxies(policy, mesh.registry) ?? []).filter(({ type }) => type === 'sidecar');
      if (!['ALLOW', 'DENY'].includes(action) || selected.length === 0) return [];
      if (!selected.every((proxy) => speaksTcpOnly(mesh, proxy))) return [];
      const closed = action === 'ALLOW' && selected.every((proxy) => letsNobodyIn(mesh, proxy));
      return objects(policy.spec['rules']).flatMap((rule, index) => {
        const field = httpField(rule);
        if (!field) return [];
        return [
          findingOf(mesh, {
            code: codes.httpFieldsOnTcp,
            kind: 'authz',
            // Of several rules of an ALLOW policy one that never matches hurts nobody whom another one lets in.
            severity: closed
              ? 'error'
              : action === 'DENY' || objects(policy.spec['rules']).length === 1
                ? 'warning'
                : 'info',
            at: at(policy, 'spec', 'rules', index, ...field),
            proxies: selected.filter((proxy) => mesh.proxies.includes(proxy)),
            message: `asks for ${field.at(-1)} on workloads whose ports are all TCP`,
            effect:
              action === 'ALLOW'
                ? `the rule never matches there, so ${closed ? 'every connection is closed: nothing else is allowed' : 'connections that only it allows are closed'}.`
                : 'the rule holds without that condition there: it refuses every connection that meets the rest of it.',
            fix: 'use ports, principals, namespaces or ipBlocks, or name the ports HTTP if they are.',
          }),
        ];
      });
    });
  },
};

/** Where a rule asks for a part of HTTP. */
function httpField(rule: JsonObject): Path | undefined {
  return (['from', 'to'] as const).flatMap((part): Path[] =>
    objects(rule[part]).flatMap((item, position) => {
      const name = part === 'from' ? 'source' : 'operation';
      const own = item[name];
      const key = isObject(own) ? httpOnly[part].find((it) => own[it] !== undefined) : undefined;
      return key ? [[part, position, name, key]] : [];
    }),
  )[0];
}

/** Whether every rule of every ALLOW policy of a workload that speaks TCP only asks for HTTP, and so matches nobody. */
function letsNobodyIn({ registry }: CompiledMesh, proxy: Proxy): boolean {
  const policies = authorizationPolicies(proxy, registry, 'ALLOW').filter((it) => !isDryRun(it));
  return policies.every((policy) => objects(policy.spec['rules']).every((rule) => httpField(rule) !== undefined));
}

function speaksTcpOnly({ registry }: CompiledMesh, proxy: Proxy): boolean {
  const targets = registry.serviceTargets(proxy);
  return targets.length > 0 && targets.every(({ port }) => /^(TCP|TLS|Mongo|Redis|MySQL|HBONE)$/.test(port.protocol));
}
