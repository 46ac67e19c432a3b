import { codes } from '../model/codes.ts';
import { isObject, objects, type Path, sortedJson } from '../model/json.ts';
import { placeOf } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import type { DestinationRule } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import { precedence } from './precedence.ts';
import type { Rule } from './types.ts';

/** A part of a DestinationRule that the merge with an older one drops. */
interface Lost {
  resource: Resource;
  path: Path;
  what: string;
  winner: Resource;
  host: string;
  proxies: Set<Proxy>;
}

/**
 * What several DestinationRules of one host lose when istiod merges them (`mergeDestinationRule`): the oldest one's
 * `trafficPolicy` stays and the others' are dropped whole; subsets are added, one with a known name is dropped.
 */
export const ruleMergedAway: Rule = {
  name: 'rule-merged-away',
  codes: [codes.ruleMergedAway],
  find(mesh) {
    const found = new Map<string, Lost>();
    for (const proxy of mesh.proxies) {
      const scope = mesh.registry.sidecarScope(proxy);
      for (const service of scope.services) {
        const rule = scope.destinationRule(service);
        if (!rule || rule.from.length < 2) continue;
        for (const lost of lostIn(rule)) {
          const key = `${resourceName(lost.resource)} ${lost.path.join('.')}`;
          const known = found.get(key) ?? { ...lost, proxies: new Set() };
          found.set(key, known);
          known.proxies.add(proxy);
        }
      }
    }
    return [...found.values()].map(({ resource, path, what, winner, host, proxies }) => {
      const { isKnown, why } = precedence(winner, resource);
      return findingOf(mesh, {
        code: codes.ruleMergedAway,
        kind: 'conflict',
        severity: 'error',
        at: at(resource, ...path),
        proxies,
        message: isKnown
          ? `has a ${what} for ${host} that is dropped: ${why} and has its own`
          : `has a ${what} for ${host}, as ${resourceName(winner)} has: only the older one's is in force`,
        effect: isKnown
          ? `the proxies use the ${what} of ${resourceName(winner)}; nothing of this one's is in force.`
          : `the proxies use the ${what} of one of both, and nothing of the other's. ${why}`,
        fix: 'keep one DestinationRule for the host.',
        related: [
          {
            message: isKnown ? `${resourceName(winner)} is in force` : `${resourceName(winner)} has its own`,
            at: at(winner, ...path.slice(0, 2)),
          },
        ],
      });
    });
  },
};

const memo = new WeakMap<object, Omit<Lost, 'proxies'>[]>();

function lostIn(rule: DestinationRule): Omit<Lost, 'proxies'>[] {
  const known = memo.get(rule.spec);
  if (known) return known;
  // Policies made from the Gateway API are merged field by field.
  const written = rule.from.filter((it) => it.metadata.annotations['internal.istio.io/parents'] === undefined);
  const lost = written.slice(1).flatMap((resource) => [...lostPolicy(rule, resource), ...lostSubsets(rule, resource)]);
  memo.set(rule.spec, lost);
  return lost;
}

function lostPolicy(rule: DestinationRule, resource: Resource): Omit<Lost, 'proxies'>[] {
  const own = resource.spec['trafficPolicy'];
  const inForce = rule.spec['trafficPolicy'];
  if (!isObject(own) || !isObject(inForce) || sortedJson(own) === sortedJson(inForce)) return [];
  const winner = placeOf(inForce)?.resource ?? (rule.from[0] as Resource);
  if (winner === resource) return [];
  return [{ resource, path: ['spec', 'trafficPolicy'], what: 'trafficPolicy', winner, host: rule.host }];
}

function lostSubsets(rule: DestinationRule, resource: Resource): Omit<Lost, 'proxies'>[] {
  const inForce = objects(rule.spec['subsets']);
  return objects(resource.spec['subsets']).flatMap((own, index) => {
    const other = inForce.find((subset) => subset['name'] === own['name']);
    const winner = other && placeOf(other)?.resource;
    if (!winner || winner === resource || sortedJson(own) === sortedJson(other)) return [];
    const what = `subset ${String(own['name'])}`;
    return [{ resource, path: ['spec', 'subsets', index], what, winner, host: rule.host }];
  });
}
