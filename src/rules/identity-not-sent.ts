import { parseClusterName } from '../compile/cluster/name.ts';
import { rulePolicy, subsetOf } from '../compile/endpoint/subset.ts';
import { mtlsMode } from '../compile/security/peer-authentication.ts';
import { codes } from '../model/codes.ts';
import { isObject, objects } from '../model/json.ts';
import { type Origin, placeOf } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { at, findingOf, placeKey } from './finding.ts';
import { sourcesOf, texts } from './policy-sources.ts';
import { selectedProxies } from './selected-proxies.ts';
import type { Rule } from './types.ts';

interface Refused {
  place: Origin;
  policy: Resource;
  hosts: Set<string>;
  proxies: Set<Proxy>;
}

/**
 * Clients whose DestinationRule switches TLS off to workloads that let in identities only. Plain text has none, so that
 * PERMISSIVE servers take the connection and refuse every request. Of STRICT ones the rule of client TLS tells.
 */
export const identityNotSent: Rule = {
  name: 'identity-not-sent',
  codes: [codes.identityNotSent],
  find(mesh) {
    const { registry } = mesh;
    const asking = askingProxies(registry);
    if (asking.size === 0) return [];
    const found = new Map<string, Refused>();
    for (const proxy of mesh.proxies) {
      const scope = registry.sidecarScope(proxy);
      for (const { name: text } of mesh.config(proxy).clusters) {
        const name = parseClusterName(text);
        const service = name?.direction === 'outbound' ? scope.serviceByHostname.get(name.hostname) : undefined;
        const port = service?.ports.find((it) => it.port === name?.port);
        if (!name || !service || !port || service.meshExternal) continue;
        const rule = scope.destinationRule(service);
        const tls = rulePolicy(rule, name.port, name.subset)?.tls;
        const place = tls?.['mode'] === 'DISABLE' ? placeOf(tls) : undefined;
        if (!place) continue;
        const labels = subsetOf(rule?.spec, name.subset)?.['labels'];
        const servers = registry
          .endpoints(service, port)
          .filter((it) => !isObject(labels) || matchesLabels(labels as Record<string, string>, it.labels))
          .map((it) => ({ port: it.port, asks: asking.get(it.address) }));
        const policy = servers[0]?.asks?.policy;
        const all = servers.every(({ asks, port: own }) => asks && !isStrict(registry, asks.proxy, own));
        if (!policy || !all) continue;
        const key = placeKey(place);
        const known = found.get(key) ?? { place, policy, hosts: new Set(), proxies: new Set() };
        found.set(key, known);
        known.hosts.add(`${name.hostname}:${name.port}`);
        known.proxies.add(proxy);
      }
    }
    return [...found.values()].map(({ place, policy, hosts, proxies }) =>
      findingOf(mesh, {
        code: codes.identityNotSent,
        kind: 'authz',
        severity: 'error',
        at: { ...place, path: [...place.path, 'mode'] },
        proxies,
        message: `makes clients send plain text to ${[...hosts].sort().slice(0, 3).join(', ')}, which lets in identities only`,
        effect: 'requests get 403 (RBAC: access denied): plain text has no identity.',
        fix: 'remove the tls block so that auto-mTLS decides, or use ISTIO_MUTUAL.',
        related: [{ message: `${resourceName(policy)} asks who calls`, at: at(policy, 'spec', 'rules') }],
      }),
    );
  },
};

/** By address the sidecars that let nobody in without an identity, with a policy that says so. */
function askingProxies(registry: Registry): Map<string, { proxy: Proxy; policy: Resource }> {
  const allowing = registry
    .resources('AuthorizationPolicy')
    .filter(({ spec }) => spec['action'] === undefined || spec['action'] === 'ALLOW')
    .map((policy) => ({ policy, selected: new Set(selectedProxies(policy, registry)) }));
  const found = new Map<string, { proxy: Proxy; policy: Resource }>();
  for (const proxy of registry.proxies.filter(({ type }) => type === 'sidecar')) {
    const own = allowing.filter(({ selected }) => selected.has(proxy)).map(({ policy }) => policy);
    const [policy] = own;
    if (policy && own.some(hasRules) && own.every(asksIdentity))
      for (const address of proxy.ipAddresses) found.set(address, { proxy, policy });
  }
  return found;
}

function hasRules({ spec }: Resource): boolean {
  return objects(spec['rules']).length > 0;
}

/** Whether every rule names identities in every source. */
function asksIdentity(policy: Resource): boolean {
  const sources = sourcesOf(policy);
  return objects(policy.spec['rules']).every(
    (rule, index) =>
      objects(rule['from']).length > 0 &&
      sources
        .filter((it) => it.rule === index)
        .every(({ source }) =>
          ['principals', 'namespaces', 'serviceAccounts'].some((key) => texts(source[key]).length > 0),
        ),
  );
}

function isStrict(registry: Registry, proxy: Proxy, port: number): boolean {
  return mtlsMode(registry, proxy.namespace, proxy.labels, port).mode === 'STRICT';
}
