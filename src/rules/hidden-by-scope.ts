import { selectorLabels } from '../compile/policy-attachment.ts';
import { codes } from '../model/codes.ts';
import { isObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import type { Registry, Service } from '../registry/types.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { at, findingOf } from './finding.ts';
import type { Rule } from './types.ts';

/**
 * Sidecars that hide a service from a workload that an AuthorizationPolicy of that service names as its caller, where
 * unknown hosts are blocked. Only traffic could prove the call; a policy that names the caller says that it is meant.
 */
export const hiddenByScope: Rule = {
  name: 'hidden-by-scope',
  codes: [codes.hiddenByScope],
  find(mesh) {
    const { registry } = mesh;
    const invited = invitations(registry);
    const found = new Map<string, { sidecar: Resource; service: Service; policy: Resource; proxies: Proxy[] }>();
    for (const proxy of mesh.proxies) {
      const scope = registry.sidecarScope(proxy);
      const { sidecar } = scope;
      if (!sidecar || scope.outboundTrafficPolicy.mode !== 'REGISTRY_ONLY') continue;
      const identity = `/ns/${proxy.namespace}/sa/${proxy.serviceAccount}`;
      for (const { policy, service, principals } of invited) {
        const visible = service.exportTo.has('*') || service.exportTo.has(proxy.namespace);
        if (!visible || scope.serviceByHostname.has(service.hostname)) continue;
        if (!principals.some((it) => it.endsWith(identity))) continue;
        const key = `${resourceName(sidecar)} ${service.hostname}`;
        const known = found.get(key) ?? { sidecar, service, policy, proxies: [] };
        found.set(key, known);
        known.proxies.push(proxy);
      }
    }
    return [...found.values()].map(({ sidecar, service, policy, proxies }) =>
      findingOf(mesh, {
        code: codes.hiddenByScope,
        kind: 'scope',
        severity: 'warning',
        at: at(sidecar, 'spec', 'egress', 0, 'hosts'),
        proxies,
        message: `hides ${service.hostname}, whose ${resourceName(policy)} names its workload as a caller`,
        effect: `a request to ${service.hostname} ends in BlackHoleCluster: 502.`,
        fix: `add ${service.namespace}/${service.hostname} to the hosts.`,
        related: [{ message: 'names the caller', at: at(policy, 'spec', 'rules') }],
      }),
    );
  },
};

/** The services whose workloads a policy allows exact principals to call. */
function invitations(registry: Registry): { policy: Resource; service: Service; principals: string[] }[] {
  return registry.resources('AuthorizationPolicy').flatMap((policy) => {
    const action = policy.spec['action'] ?? 'ALLOW';
    const sources = objects(policy.spec['rules']).flatMap((rule) =>
      objects(rule['from']).map((from) => from['source']),
    );
    const principals = sources.flatMap((source) =>
      isObject(source) && Array.isArray(source['principals']) ? source['principals'].map(String) : [],
    );
    if (action !== 'ALLOW' || principals.length === 0) return [];
    const labels = selectorLabels(policy);
    return registry.services
      .filter(({ namespace, registry: kind }) => kind === 'Kubernetes' && namespace === policy.metadata.namespace)
      .filter(({ selector }) => Object.keys(selector).length > 0 && matchesLabels(labels, selector))
      .map((service) => ({ policy, service, principals }));
  });
}
