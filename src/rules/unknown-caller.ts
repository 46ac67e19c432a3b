import { attaches } from '../compile/policy-attachment.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import { allowsNobody, sourcesOf, texts } from './policy-sources.ts';
import { selectedProxies } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { unverifiedConditions } from './unverified-conditions.ts';

/**
 * Callers that AuthorizationPolicies name and that cannot be: of namespaces that do not exist, with tokens of an issuer
 * that the workload does not verify. A token that nobody verified makes no request principal.
 */
export const unknownCaller: Rule = {
  name: 'unknown-caller',
  codes: [codes.callerOfNoNamespace, codes.unverifiedIssuer],
  find(mesh) {
    const { registry } = mesh;
    const namespaces = namespacesOf(registry);
    // An EnvoyFilter may verify tokens in its own way.
    const verifiedOtherwise = registry
      .resources('EnvoyFilter')
      .some(({ spec }) => JSON.stringify(spec).includes('jwt_authn'));
    return registry.resources('AuthorizationPolicy').flatMap((policy) => {
      const selected = selectedProxies(policy, registry) ?? [];
      if (selected.length === 0) return [];
      return [
        ...(namespaces ? ofNoNamespace(mesh, policy, selected, namespaces) : []),
        ...(verifiedOtherwise ? [] : ofNoIssuer(mesh, policy, selected)),
      ];
    });
  },
};

/** Names of all namespaces; undefined where they are not all known. */
function namespacesOf({ clusters, unseenClusters }: Registry): string[] | undefined {
  const names = clusters.flatMap(({ resources }) => resources.list('Namespace').map(({ metadata }) => metadata.name));
  return names.length > 0 && unseenClusters.length === 0 ? names : undefined;
}

function ofNoNamespace(mesh: CompiledMesh, policy: Resource, selected: Proxy[], namespaces: string[]): Finding[] {
  const isKnown = (pattern: string): boolean => namespaces.some((name) => fits(pattern, name));
  return entries(mesh, policy, selected, {
    key: 'namespaces',
    code: codes.callerOfNoNamespace,
    isKnown,
    message: (name) => `names namespace ${name}, which does not exist`,
    fix: 'correct the name, or remove it.',
  });
}

function ofNoIssuer(mesh: CompiledMesh, policy: Resource, selected: Proxy[]): Finding[] {
  const issuers = [...new Set(selected.flatMap((proxy) => issuersOf(proxy, mesh.registry)))];
  return [
    ...entries(mesh, policy, selected, {
      key: 'requestPrincipals',
      code: codes.unverifiedIssuer,
      isKnown: (pattern) => issuers.some((issuer) => mayBeOf(pattern, `${issuer}/`)),
      whole: issuers.length === 0,
      message: (name) =>
        `names ${name}, and ${issuers.length === 0 ? 'no RequestAuthentication of these workloads verifies tokens' : `the workloads verify tokens of ${issuers.join(', ')} only`}`,
      fix: 'add a RequestAuthentication with the issuer for these workloads, or correct the entry.',
    }),
    ...(issuers.length === 0 ? unverifiedConditions(mesh, policy, selected) : []),
  ];
}

interface Entries {
  key: 'namespaces' | 'requestPrincipals';
  code: string;
  isKnown: (entry: string) => boolean;
  /** Whether no entry at all can be met, so that the list as a whole is at fault. */
  whole?: boolean;
  message: (entry: string) => string;
  fix: string;
}

/** A finding for each entry of a key that nobody is; an error where nobody is let in. */
function entries(
  mesh: CompiledMesh,
  policy: Resource,
  selected: Proxy[],
  { key, code, isKnown, whole = false, message, fix }: Entries,
) {
  const nobody = allowsNobody(policy, ({ source }) => {
    const written = texts(source[key]);
    return written.length > 0 && !written.some(isKnown);
  });
  const denies = policy.spec['action'] === 'DENY';
  return sourcesOf(policy).flatMap(({ rule, from, source }) =>
    texts(source[key]).flatMap((entry, index) =>
      isKnown(entry) || (whole && index > 0)
        ? []
        : [
            findingOf(mesh, {
              code,
              kind: 'authz',
              severity: nobody ? 'error' : 'warning',
              at: at(policy, 'spec', 'rules', rule, 'from', from, 'source', key, ...(whole ? [] : [index])),
              proxies: selected.filter((it) => mesh.proxies.includes(it)),
              message: message(whole ? texts(source[key]).join(' and ') : entry),
              effect: nobody
                ? 'every request gets 403 (RBAC: access denied), because nobody meets the policy.'
                : denies
                  ? 'the entry denies nobody.'
                  : 'the entry matches nobody.',
              fix,
            }),
          ],
    ),
  );
}

/** Issuers whose tokens a proxy verifies. */
function issuersOf(proxy: Proxy, registry: Registry): string[] {
  return registry
    .resources('RequestAuthentication')
    .filter(
      (it) =>
        [registry.mesh.rootNamespace, proxy.namespace].includes(it.metadata.namespace) && attaches(it, proxy, registry),
    )
    .flatMap((it) => objects(it.spec['jwtRules']).map(({ issuer }) => String(issuer ?? '')));
}

/** Whether an entry with a `*` at either end, or none, fits a name. */
function fits(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** Whether an entry may fit a text that begins with `start`. */
function mayBeOf(pattern: string, start: string): boolean {
  if (pattern.startsWith('*')) return true;
  if (!pattern.endsWith('*')) return pattern.startsWith(start);
  const prefix = pattern.slice(0, -1);
  return prefix.startsWith(start) || start.startsWith(prefix);
}
