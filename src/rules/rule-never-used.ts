import { codes } from '../model/codes.ts';
import { isObject, sortedJson } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { isWildcard, resolveShortName } from '../registry/hostname.ts';
import type { DestinationRule, Service } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * DestinationRules for a host of the mesh that no proxy uses: istiod looks in the client's namespace, then in the service's,
 * then in the root, and takes what it finds first (`PushContext.destinationRule`). Rules of one namespace are merged, of
 * which another rule tells; one that is meant for clients of a namespace without proxies is as idle.
 */
export const ruleNeverUsed: Rule = {
  name: 'rule-never-used',
  codes: [codes.ruleNeverUsed],
  find(mesh) {
    const { registry } = mesh;
    // What a proxy uses that nobody looks at is not known.
    if (mesh.proxies.length < registry.proxies.length || registry.unseenClusters.length > 0) return [];
    const rules = registry.resources('DestinationRule').filter(isJudged);
    if (rules.length === 0) return [];
    const used = usedRules(mesh);
    return rules.flatMap((rule) => {
      if (used.has(rule)) return [];
      const host = resolveShortName(String(rule.spec['host']), rule.metadata.namespace, registry.domainSuffix);
      const clients = mesh.proxies.flatMap((proxy) => {
        const scope = registry.sidecarScope(proxy);
        const service = scope.serviceByHostname.get(host);
        return service ? [{ proxy, service, instead: scope.destinationRule(service) }] : [];
      });
      const [first] = clients;
      // Merged ones count as those that they were merged into.
      if (!first || clients.some(({ instead }) => instead?.from.some((it) => sameNamespace(it, rule)))) return [];
      return [
        toFinding(
          mesh,
          rule,
          first.service,
          clients.map(({ proxy }) => proxy),
          first.instead,
        ),
      ];
    });
  },
};

function isJudged({ spec, metadata }: Resource): boolean {
  const host = String(spec['host'] ?? '');
  const plain =
    spec['workloadSelector'] === undefined && metadata.annotations['internal.istio.io/parents'] === undefined;
  return plain && host !== '' && !isWildcard(host);
}

function usedRules({ proxies, registry }: CompiledMesh): Set<Resource> {
  const used = new Set<Resource>();
  for (const proxy of proxies) {
    const scope = registry.sidecarScope(proxy);
    for (const service of scope.services)
      for (const resource of scope.destinationRule(service)?.from ?? []) used.add(resource);
  }
  return used;
}

function sameNamespace(one: Resource, other: Resource): boolean {
  return one.metadata.namespace === other.metadata.namespace;
}

function toFinding(
  mesh: CompiledMesh,
  rule: Resource,
  service: Service,
  proxies: Proxy[],
  instead: DestinationRule | undefined,
) {
  const alike =
    instead !== undefined &&
    ['trafficPolicy', 'subsets'].every((key) => sortedJson(rule.spec[key]) === sortedJson(instead.spec[key]));
  const part = isObject(rule.spec['trafficPolicy'])
    ? 'trafficPolicy'
    : Array.isArray(rule.spec['subsets'])
      ? 'subsets'
      : undefined;
  const winner = instead?.from[0];
  return findingOf(mesh, {
    code: codes.ruleNeverUsed,
    kind: 'conflict',
    severity: alike ? 'info' : 'warning',
    at: at(rule, 'spec', ...(part === undefined ? [] : [part])),
    proxies: alike ? [] : proxies,
    message: winner
      ? `is for ${service.hostname}, for which ${resourceName(winner)} comes first in every proxy`
      : `is for ${service.hostname}, and no client of namespace ${rule.metadata.namespace} calls it`,
    effect: alike
      ? 'none: the other one says the same.'
      : "nothing of it is in force: a rule counts in the client's namespace, else in the service's, else in the root namespace.",
    fix: winner
      ? `move what is meant into ${resourceName(winner)}.`
      : `move it to namespace ${service.namespace}, or to that of the clients.`,
    related: winner ? [{ message: 'in force', at: at(winner, 'spec') }] : [],
  });
}
