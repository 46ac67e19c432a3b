import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects, type Path } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { hostsOverlap, isWildcard, resolveShortName } from '../registry/hostname.ts';
import type { Service } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * `portLevelSettings` of DestinationRules for a port that no service of the host has: istiod looks them up by the port of
 * the Service (`selectTrafficPolicyComponents`), not by that of the container.
 */
export const settingsForNoPort: Rule = {
  name: 'settings-for-no-port',
  codes: [codes.settingsForNoPort],
  find: (mesh) =>
    mesh.registry.resources('DestinationRule').flatMap((rule) => {
      const written = settingsOf(rule);
      const services = written.length === 0 ? [] : servicesOf(mesh, rule);
      const ports = new Set(services.flatMap((service) => service.ports.map(({ port }) => port)));
      const idle = services.length === 0 ? [] : written.filter(({ number }) => !ports.has(number));
      return idle.map(({ path, number }) => toFinding(mesh, rule, services, path, number));
    }),
};

interface Settings {
  path: Path;
  number: number;
}

/** The items of `portLevelSettings` that name a port, of the rule and of its subsets. */
function settingsOf({ spec }: Resource): Settings[] {
  const policies: { path: Path; policy: unknown }[] = [
    { path: ['spec', 'trafficPolicy'], policy: spec['trafficPolicy'] },
    ...objects(spec['subsets']).map((subset, index) => ({
      path: ['spec', 'subsets', index, 'trafficPolicy'],
      policy: subset['trafficPolicy'],
    })),
  ];
  return policies.flatMap(({ path, policy }) =>
    objects(isObject(policy) ? policy['portLevelSettings'] : undefined).flatMap((settings: JsonObject, index) => {
      const number = isObject(settings['port']) ? Number(settings['port']['number'] ?? 0) : 0;
      return number > 0 ? [{ path: [...path, 'portLevelSettings', index, 'port', 'number'], number }] : [];
    }),
  );
}

/** The services that the rule's host fits; none where those of another cluster may fit as well. */
function servicesOf({ registry }: CompiledMesh, { spec, metadata }: Resource): Service[] {
  if (registry.unseenClusters.length > 0) return [];
  const host = resolveShortName(String(spec['host'] ?? ''), metadata.namespace, registry.domainSuffix);
  return registry.services.filter(({ hostname }) =>
    isWildcard(host) || isWildcard(hostname) ? hostsOverlap(host, hostname) : hostname === host,
  );
}

function toFinding(mesh: CompiledMesh, rule: Resource, services: Service[], path: Path, number: number): Finding {
  const [first] = services;
  const having = [...new Set(services.flatMap(({ ports }) => ports.map(({ port }) => port)))];
  const meant = services.flatMap(({ ports }) => ports).find(({ targetPort }) => targetPort === number);
  return findingOf(mesh, {
    code: codes.settingsForNoPort,
    kind: 'unresolved',
    // A wildcard's settings may be for hosts that come later.
    severity: isWildcard(String(rule.spec['host'])) ? 'info' : 'warning',
    at: at(rule, ...path),
    proxies: usersOf(mesh, rule, services),
    message: `has settings for port ${number}, which ${services.length === 1 ? first?.hostname : 'none of its hosts'} has not${having.length <= 5 ? ` (${having.join(', ')})` : ''}${meant ? `; it is the port of the container` : ''}`,
    effect: 'the settings are in no proxy.',
    fix: meant ? `write ${meant.port}, the port of the Service.` : 'write a port of the Service.',
  });
}

/** The proxies that use the rule for one of the services. */
function usersOf({ registry, proxies }: CompiledMesh, rule: Resource, services: readonly Service[]): Proxy[] {
  return proxies.filter((proxy) => {
    const scope = registry.sidecarScope(proxy);
    return services.some(({ hostname }) => {
      const seen = scope.serviceByHostname.get(hostname);
      return seen !== undefined && scope.destinationRule(seen)?.from.includes(rule);
    });
  });
}
