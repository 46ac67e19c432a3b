import { peerPolicy } from '../compile/security/peer-authentication.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects } from '../model/json.ts';
import { placeOf, type Source } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { at, findingOf } from './finding.ts';
import { gatewaysWithoutIdentity } from './gateway-clients.ts';
import { Identities } from './identities.ts';
import { idlePolicy } from './idle-policy.ts';
import { allowsNobody, type Source as SourceOfRule, sourcesOf, texts } from './policy-sources.ts';
import { selectedProxies } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';

const idle = { code: codes.policyIdle, kind: 'authz', unenforced: 'nobody enforces it.' } as const;

/** AuthorizationPolicies that name identities that nobody has, that need identities where mutual TLS is off, or that select nobody. */
export const authorization: Rule = {
  name: 'authorization',
  codes: [codes.unknownPrincipal, codes.principalWithoutMtls, codes.policyIdle],
  find(mesh) {
    const identities = new Identities(mesh.registry);
    return mesh.registry.resources('AuthorizationPolicy').flatMap((policy) => {
      const selected = selectedProxies(policy, mesh.registry);
      if (!selected) return [];
      const sidecars = selected.filter((proxy) => proxy.type === 'sidecar');
      const gateways = sidecars.length === 0 ? gatewaysWithoutIdentity(mesh, selected) : [];
      return [
        ...idlePolicy(mesh, policy, selected, idle),
        ...(selected.length > 0 ? unknownPrincipals(mesh, policy, selected, identities) : []),
        ...withoutMtls(mesh, policy, sidecars),
        ...(gateways.length > 0 ? withoutCertificates(mesh, policy, gateways) : []),
      ];
    });
  },
};

function unknownPrincipals(mesh: CompiledMesh, policy: Resource, selected: Proxy[], identities: Identities): Finding[] {
  // A gateway may verify clients by other roots than the mesh's own.
  const foreign = selected.some((proxy) => proxy.type === 'router');
  const isDead = ({ source }: SourceOfRule): boolean => {
    const principals = texts(source['principals']);
    return principals.length > 0 && !principals.some((it) => identities.mayBe(it, foreign));
  };
  const nobody = allowsNobody(policy, isDead);
  return sourcesOf(policy).flatMap(({ rule, from, source }) =>
    texts(source['principals']).flatMap((principal, index) => {
      if (identities.mayBe(principal, foreign)) return [];
      const near = identities.near(principal);
      return [
        findingOf(mesh, {
          code: codes.unknownPrincipal,
          kind: 'authz',
          severity: nobody ? 'error' : 'warning',
          at: at(policy, 'spec', 'rules', rule, 'from', from, 'source', 'principals', index),
          proxies: selected.filter((it) => mesh.proxies.includes(it)),
          message: `names ${principal}, which no workload is`,
          effect: nobody
            ? 'every request gets 403 (RBAC: access denied), because nobody meets the policy.'
            : 'the entry matches nobody.',
          fix: principal.startsWith('spiffe://')
            ? 'leave out spiffe://.'
            : near.length > 0
              ? `write ${near[0]}.`
              : 'name a ServiceAccount that workloads run as.',
        }),
      ];
    }),
  );
}

const needingIdentity = ['principals', 'namespaces', 'serviceAccounts'] as const;

/** Plain text has no identity: what asks for one never matches. A rule for ports is judged on those alone. */
function withoutMtls(mesh: CompiledMesh, policy: Resource, selected: Proxy[]): Finding[] {
  const rules = objects(policy.spec['rules']);
  const denies = policy.spec['action'] === 'DENY';
  return sourcesOf(policy).flatMap(({ rule, from, source }) => {
    const keys = needingIdentity.filter((key) => texts(source[key]).length > 0);
    const plain = keys.length > 0 ? plainFor(mesh, selected, portsOf(rules[rule])) : undefined;
    if (!plain) return [];
    const container = Array.isArray(plain.because) ? placeOf(plain.because[0] as object) : undefined;
    return keys.map((key) =>
      findingOf(mesh, {
        code: codes.principalWithoutMtls,
        kind: 'authz',
        severity: 'error',
        at: at(policy, 'spec', 'rules', rule, 'from', from, 'source', key),
        proxies: plain.proxies.filter((it) => mesh.proxies.includes(it)),
        message: `asks for ${key} where mutual TLS is off`,
        effect: denies
          ? 'callers have no identity there, so the rule denies nobody.'
          : 'callers have no identity there, so the rule matches nobody and they get 403.',
        fix: 'use STRICT (or PERMISSIVE) on these workloads.',
        related: container ? [{ message: 'turns mutual TLS off', at: container }] : [],
      }),
    );
  });
}

/** Clients of a gateway that shows its own certificate only, or none, have no identity there. */
function withoutCertificates(mesh: CompiledMesh, policy: Resource, gateways: Proxy[]): Finding[] {
  const nobody = allowsNobody(policy, ({ source }) => needingIdentity.some((key) => texts(source[key]).length > 0));
  const denies = policy.spec['action'] === 'DENY';
  return sourcesOf(policy).flatMap(({ rule, from, source }) =>
    needingIdentity
      .filter((key) => texts(source[key]).length > 0)
      .map((key) =>
        findingOf(mesh, {
          code: codes.principalWithoutMtls,
          kind: 'authz',
          severity: nobody ? 'error' : 'warning',
          at: at(policy, 'spec', 'rules', rule, 'from', from, 'source', key),
          proxies: gateways.filter((it) => mesh.proxies.includes(it)),
          message: `asks for ${key} at a gateway that asks no client for a certificate`,
          effect: nobody
            ? 'clients have no identity there: every request gets 403 (RBAC: access denied).'
            : `clients have no identity there, so the rule ${denies ? 'denies' : 'matches'} nobody.`,
          fix: 'use remoteIpBlocks or requestPrincipals, or tls mode MUTUAL for its servers.',
        }),
      ),
  );
}

/** The ports that a rule is about; undefined where it is about all. */
function portsOf(rule: JsonObject | undefined): Set<number> | undefined {
  const operations = objects(rule?.['to']).map((it) => (isObject(it['operation']) ? it['operation'] : {}));
  const ports = operations.map((it) => texts(it['ports']).map(Number));
  if (ports.length === 0 || ports.some((list) => list.length === 0)) return undefined;
  return new Set(ports.flat());
}

/** The proxies where mutual TLS is off on every port that counts; undefined where any of the selected has it on one. */
function plainFor(
  { registry }: CompiledMesh,
  selected: Proxy[],
  wanted: ReadonlySet<number> | undefined,
): { proxies: Proxy[]; because: Source | undefined } | undefined {
  const proxies: Proxy[] = [];
  let because: Source | undefined;
  for (const proxy of selected) {
    const modes = peerPolicy(registry, proxy.namespace, proxy.labels);
    const targets = registry.serviceTargets(proxy).map(({ targetPort }) => targetPort);
    const counting = targets.filter((port) => !wanted || wanted.has(port));
    // A rule for ports that the workload does not have says nothing of it.
    if (wanted && counting.length === 0) continue;
    const ports = counting.map((port) => modes.perPort.get(port) ?? modes);
    const all = ports.length > 0 ? ports : [modes];
    if (!all.every(({ mode }) => mode === 'DISABLE')) return undefined;
    proxies.push(proxy);
    because ??= all[0]?.source;
  }
  return proxies.length > 0 ? { proxies, because } : undefined;
}
