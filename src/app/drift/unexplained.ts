import type { Difference } from '../../compare/types.ts';
import { codes } from '../../model/codes.ts';
import { counted } from '../../model/counted.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import { formatPath, type Path } from '../../model/json.ts';
import { resourceName } from '../../model/resource.ts';
import { inConfigTerms, originsOf, resourceOf } from './attribution.ts';
import { evidenceOf } from './effect.ts';
import { digestOf } from './shared-configs.ts';
import type { GitTwin } from './stale.ts';
import type { ExaminedProxy } from './types.ts';

/** A proxy in sync, with what it nevertheless holds otherwise than was compiled. */
export interface Odd {
  examined: ExaminedProxy;
  expected: ProxyConfig;
  differences: Difference[];
}

/**
 * Tells an anomaly from a gap in what the program models. Proxies for which one and the same Envoy resource was compiled
 * are each other's control group: a difference that all of them show says something of the compiler (one info line for
 * each kind of place, with its count); one that only some show sets those apart (a warning that names them). A resource
 * that only one proxy has is judged by whether the same place differs anywhere else.
 */
export function unexplainedFindings(odd: readonly Odd[], all: readonly Odd[], gitTwin: GitTwin): Finding[] {
  const bySignature = new Map<string, Set<string>>();
  const byShape = new Map<string, Set<string>>();
  for (const { examined, differences } of odd) {
    for (const difference of differences) {
      add(bySignature, signature(difference), examined.proxy.id);
      add(byShape, shape(difference), `${examined.proxy.id} ${difference.name}`);
    }
  }
  const anomalies = new Map<string, Finding>();
  const gaps = new Map<string, { count: number; proxies: Set<string>; sample: Finding['evidence'] }>();
  const groups = new Map<string, string[]>();
  for (const { examined, expected, differences } of odd) {
    for (const difference of differences) {
      const controls = controlGroup(all, { examined, expected, differences }, difference, groups);
      const showing = bySignature.get(signature(difference)) ?? new Set();
      const others = (byShape.get(shape(difference))?.size ?? 0) > 1;
      const systematic = controls.length > 1 ? controls.every((id) => showing.has(id)) : others;
      if (systematic) {
        const gap = gaps.get(shape(difference)) ?? {
          count: 0,
          proxies: new Set(),
          sample: evidenceOf(examined.proxy, [difference]),
        };
        gap.count += 1;
        gap.proxies.add(examined.proxy.id);
        gaps.set(shape(difference), gap);
        continue;
      }
      const finding = anomaly(examined, expected, difference, gitTwin);
      const key = JSON.stringify([finding.resource, finding.field, finding.live]);
      const known = anomalies.get(key);
      if (!known) anomalies.set(key, finding);
      else if (!known.proxies.includes(examined.proxy.id)) known.proxies.push(examined.proxy.id);
    }
  }
  return [...anomalies.values(), ...[...gaps].map(([place, gap]) => notModelled(place, gap))];
}

function anomaly(examined: ExaminedProxy, expected: ProxyConfig, difference: Difference, gitTwin: GitTwin): Finding {
  const origin = originsOf(expected, difference)[0];
  const place = `${difference.type} ${difference.name} ${formatPath(difference.kind === 'extra' ? difference.livePath : difference.expectedPath)}`;
  const values = origin ? inConfigTerms(origin, difference) : undefined;
  return {
    code: codes.anomaly,
    kind: 'unexplained',
    severity: 'warning',
    resource: origin ? resourceName(origin.resource) : `Pod ${examined.proxy.id}`,
    field: values ? formatPath(values.path) : place.trim(),
    location: origin && values && gitTwin(origin.resource)?.locate(values.path),
    message: `${examined.proxy.id} is in sync and yet holds another ${place.trim()} than its configuration gives`,
    expected: difference.expected ?? null,
    live: difference.live ?? null,
    proxies: [examined.proxy.id],
    layer: 'api-proxy',
    effect: 'this proxy alone behaves otherwise; its peers hold what the configuration gives.',
    fix: 'look for a change made by hand in this Envoy or a second control plane; restarting the pod brings back what istiod sends.',
    related: [],
    evidence: evidenceOf(examined.proxy, [difference]),
  };
}

function notModelled(
  place: string,
  gap: { count: number; proxies: Set<string>; sample: Finding['evidence'] },
): Finding {
  const proxies = [...gap.proxies].sort();
  return {
    code: codes.notModelled,
    kind: 'unexplained',
    severity: 'info',
    resource: 'Mesh',
    field: place,
    message: `not modelled: ${place} differs in ${counted(gap.count, 'place')} on every proxy with equal inputs`,
    proxies,
    layer: 'api-proxy',
    effect: 'none known; the same on all these proxies, so it comes from what this program does not model.',
    fix: 'none needed; drift in this field is seen in Git against the API server only.',
    related: [],
    evidence: gap.sample,
  };
}

/**
 * Proxies for which the same resource was compiled as for this one, itself included. Of a resource that was compiled for
 * none of them the peers are the proxies of the same type in the same namespace.
 *
 * @param known the groups that were looked for already: all members of one share it
 */
function controlGroup(all: readonly Odd[], odd: Odd, difference: Difference, known: Map<string, string[]>): string[] {
  const own = compiledDigest(odd.expected, difference);
  const { type, namespace } = odd.examined.proxy;
  const key = JSON.stringify([difference.type, difference.name, own === '' ? [type, namespace] : own]);
  let group = known.get(key);
  if (!group) {
    group = all
      .filter((peer) => compiledDigest(peer.expected, difference) === own)
      .map((peer) => peer.examined.proxy)
      .filter((peer) => own !== '' || (peer.type === type && peer.namespace === namespace))
      .map((peer) => peer.id);
    known.set(key, group);
  }
  return group;
}

function compiledDigest(config: ProxyConfig, difference: Difference): string {
  const resource = resourceOf(config, difference.type, difference.name);
  return resource ? digestOf(resource) : '';
}

/** What a difference is, apart from the proxy that shows it. */
export function signature(difference: Difference): string {
  const { type, name, kind, expectedPath, livePath, expected, live } = difference;
  return JSON.stringify([type, name, kind, kind === 'extra' ? livePath : expectedPath, expected, live]);
}

/** The kind of place: type and path without indexes. */
function shape(difference: Difference): string {
  const path: Path = difference.kind === 'extra' ? difference.livePath : difference.expectedPath;
  const steps = path.filter((step) => typeof step === 'string');
  // One that is missing and one that is extra are two kinds of place: a renamed resource is no pattern.
  if (steps.length === 0) return `a whole ${difference.type} (${difference.kind})`;
  return `${difference.type} ${formatPath(steps)}`;
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key) ?? new Set();
  map.set(key, set.add(value));
}
