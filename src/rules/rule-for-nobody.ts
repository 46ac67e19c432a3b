import { codes } from '../model/codes.ts';
import { isObject, objects } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { hostsOverlap, isWildcard, resolveShortName } from '../registry/hostname.ts';
import { at, findingOf } from './finding.ts';
import { isUnknownService } from './holders.ts';
import type { Rule } from './types.ts';
import { unseen } from './unseen.ts';

/**
 * DestinationRules for a host that nobody has. A name of the cluster's own domain is mostly a short name in the wrong
 * namespace, and a warning where the name exists elsewhere; others are a note, because a ServiceEntry may come later.
 */
export const ruleForNobody: Rule = {
  name: 'rule-for-nobody',
  codes: [codes.ruleForNobody],
  find(mesh) {
    const { registry } = mesh;
    return registry.resources('DestinationRule').flatMap((rule) => {
      const written = String(rule.spec['host'] ?? '');
      const host = resolveShortName(written, rule.metadata.namespace, registry.domainSuffix);
      if (written === '' || rule.metadata.annotations['internal.istio.io/parents'] !== undefined) return [];
      const known = isWildcard(host)
        ? registry.services.some(({ hostname }) => hostsOverlap(host, hostname))
        : registry.services.some(
            ({ hostname }) => hostname === host || (isWildcard(hostname) && hostsOverlap(hostname, host)),
          );
      if (known) return [];
      const other = unseen(registry, 'has it');
      // Rules are looked up by the host of a destination, not by the one that clients ask for.
      const destinations = destinationsFor(registry.resources('VirtualService'), host);
      const near = isUnknownService(registry, host)
        ? registry.services.filter(({ name }) => name === host.split('.')[0]).map(({ hostname }) => hostname)
        : destinations;
      return [
        findingOf(mesh, {
          code: codes.ruleForNobody,
          kind: 'unresolved',
          severity: near.length > 0 && !other.unsure ? 'warning' : 'info',
          at: at(rule, 'spec', 'host'),
          proxies: [],
          message: `is for ${written === host ? host : `${written}, which means ${host}: that`}${written === host ? ', which' : ''} no Service and no ServiceEntry has${other.words}`,
          effect: 'none: nothing of it is in any proxy.',
          fix: near.length > 0 ? `write ${near.slice(0, 3).join(' or ')}.` : 'correct the host, or delete it.',
        }),
      ];
    });
  },
};

/** The destinations to which VirtualServices lead what is asked of a host. */
function destinationsFor(services: readonly Resource[], host: string): string[] {
  const routes = services
    .filter(({ spec }) => Array.isArray(spec['hosts']) && spec['hosts'].includes(host))
    .flatMap(({ spec }) => objects(spec['http']).flatMap((http) => objects(http['route'])));
  const hosts = routes.map(({ destination }) => (isObject(destination) ? String(destination['host'] ?? '') : ''));
  return [...new Set(hosts.filter((it) => it !== '' && it !== host))];
}
