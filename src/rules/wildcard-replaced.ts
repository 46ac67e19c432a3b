import { outboundClusterName } from '../compile/cluster/name.ts';
import { codes } from '../model/codes.ts';
import { isObject } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { hostsOverlap, isWildcard, resolveShortName } from '../registry/hostname.ts';
import type { DestinationRule, Registry, Service } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import { ServerSides } from './server-side.ts';
import type { CompiledMesh, Rule } from './types.ts';

interface Replaced {
  rule: Resource;
  wildcard: Resource;
  lost: string[];
  service: Service;
  /** All that use the rule. */
  clients: Set<Proxy>;
  /** Clients that send plain text now where they would use TLS by the wildcard, and are served all the same. */
  bared: Set<Proxy>;
}

/**
 * A DestinationRule for a more specific host replaces a wildcard's as a whole: what only the wildcard sets is lost for that
 * host. A warning where those are limits of connections or outlier detection, or clients whose TLS is silently lost; requests
 * that fail are another rule's to tell.
 */
export const wildcardReplaced: Rule = {
  name: 'wildcard-replaced',
  codes: [codes.wildcardReplaced],
  find(mesh) {
    const found = new Map<string, Replaced>();
    const sides = new ServerSides(mesh.registry);
    for (const proxy of mesh.proxies) {
      const scope = mesh.registry.sidecarScope(proxy);
      for (const service of scope.services) {
        const rule = scope.destinationRule(service);
        const own = rule?.from.at(0);
        if (!rule || !own) continue;
        const wildcard = replacedBy(mesh.registry, rule, service, proxy.namespace);
        const lost = wildcard ? lostBlocks(wildcard, rule) : [];
        if (!wildcard || lost.length === 0) continue;
        const known: Replaced = found.get(resourceName(own)) ?? {
          rule: own,
          wildcard,
          lost,
          service,
          clients: new Set(),
          bared: new Set(),
        };
        found.set(resourceName(own), known);
        known.clients.add(proxy);
        if (losesTls(mesh, sides, proxy, service, known)) known.bared.add(proxy);
      }
    }
    const automatic = mesh.registry.mesh['enableAutoMtls'] !== false;
    return [...found.values()]
      .map(({ rule, wildcard, lost, service, clients, bared }) => {
        const path = isObject(rule.spec['trafficPolicy']) ? ['spec', 'trafficPolicy'] : ['spec'];
        // What guards a service is mostly meant for all that the wildcard has; a way to balance is a choice.
        const unguarded = lost.some((block) => block === 'connectionPool' || block === 'outlierDetection');
        const onlyTls = lost.length === 1 && lost[0] === 'tls';
        return findingOf(mesh, {
          code: codes.wildcardReplaced,
          kind: 'conflict',
          severity: bared.size > 0 || unguarded ? 'warning' : 'info',
          at: at(rule, ...path),
          proxies: unguarded ? clients : bared,
          message: `replaces ${resourceName(wildcard)} for ${service.hostname} and has no ${lost.join(', ')} of its own`,
          effect:
            bared.size > 0
              ? `clients send plain text to ${service.hostname}: nothing is encrypted, and policies see no identity.`
              : onlyTls && automatic
                ? "the wildcard's tls is lost there; with auto-mTLS the clients use mTLS all the same."
                : `the wildcard's ${lost.join(', ')} is not in force for ${service.hostname}.`,
          fix: `repeat ${lost.join(', ')} here if it is meant to hold for this host too.`,
          related: [{ message: `set by ${resourceName(wildcard)}`, at: at(wildcard, 'spec', 'trafficPolicy') }],
        });
      })
      .filter((finding, index, all) => all.findIndex((it) => placeKeyOf(it) === placeKeyOf(finding)) === index);
  },
};

function placeKeyOf({ resource, field }: { resource: string; field: string }): string {
  return `${resource} ${field}`;
}

/** Whether a client's connections to a service are in plain text for want of the wildcard's TLS, though all servers take both. */
function losesTls(
  mesh: CompiledMesh,
  sides: ServerSides,
  proxy: Proxy,
  service: Service,
  { wildcard, lost }: Replaced,
): boolean {
  const mode = modeOf(wildcard);
  if (!lost.includes('tls') || mode === undefined || mode === 'DISABLE') return false;
  const scope = mesh.registry.sidecarScope(proxy);
  const { clusters } = mesh.config(proxy);
  return service.ports.some(({ port }) => {
    const name = outboundClusterName(service.hostname, port);
    const cluster = clusters.find((it) => it.name === name);
    if (!cluster || cluster['transport_socket'] !== undefined || cluster['transport_socket_matches'] !== undefined)
      return false;
    const target = { port, subset: '' };
    if (mode === 'ISTIO_MUTUAL' && sides.refusing(scope, service, target, 'mutual')) return false;
    return !sides.refusing(scope, service, target, 'plain');
  });
}

function modeOf(rule: Resource): unknown {
  const policy = rule.spec['trafficPolicy'];
  const tls = isObject(policy) ? policy['tls'] : undefined;
  return isObject(tls) ? tls['mode'] : undefined;
}

const blocks = ['tls', 'connectionPool', 'outlierDetection', 'loadBalancer'] as const;

function lostBlocks(wildcard: Resource, rule: DestinationRule): string[] {
  const policy = wildcard.spec['trafficPolicy'];
  const own = rule.spec['trafficPolicy'];
  if (!isObject(policy)) return [];
  return blocks.filter((block) => policy[block] !== undefined && !(isObject(own) && own[block] !== undefined));
}

/** The wildcard rule that would hold for the service if the more specific one were not there. */
function replacedBy(
  registry: Registry,
  rule: DestinationRule,
  service: Service,
  clientNamespace: string,
): Resource | undefined {
  const namespaces = [clientNamespace, service.namespace, registry.mesh.rootNamespace];
  const reach = namespaces.indexOf(rule.namespace);
  return wildcards(registry).find(({ resource, host }) => {
    if (rule.from.includes(resource) || host === rule.host || !hostsOverlap(host, service.hostname)) return false;
    return (
      namespaces.indexOf(resource.metadata.namespace, Math.max(0, reach)) >= 0 && host.length < rule.host.length + 1
    );
  })?.resource;
}

const known = new WeakMap<Registry, { resource: Resource; host: string }[]>();

function wildcards(registry: Registry): { resource: Resource; host: string }[] {
  const found =
    known.get(registry) ??
    registry
      .resources('DestinationRule')
      .map((resource) => ({
        resource,
        host: resolveShortName(String(resource.spec['host'] ?? ''), resource.metadata.namespace, registry.domainSuffix),
      }))
      .filter(({ host, resource }) => isWildcard(host) && resource.spec['workloadSelector'] === undefined)
      .sort((a, b) => b.host.length - a.host.length);
  known.set(registry, found);
  return found;
}
