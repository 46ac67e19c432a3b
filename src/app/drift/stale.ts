import type { Difference } from '../../compare/types.ts';
import { codes } from '../../model/codes.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import { formatPath } from '../../model/json.ts';
import { type Resource, resourceName } from '../../model/resource.ts';
import { inConfigTerms, isIstio, originsOf } from './attribution.ts';
import { evidenceOf } from './effect.ts';
import { shown } from './effects-wording.ts';
import type { ExaminedProxy } from './types.ts';

/** A proxy that is not in sync, with what it holds otherwise than the API server's objects say. */
export interface Behind {
  examined: ExaminedProxy;
  expected: ProxyConfig;
  differences: Difference[];
  /** Objects that only the differences still speak of. */
  gone?: ReadonlyMap<Difference, Resource>;
}

/** Finds the Git object of the same name, for the place to show; undefined where Git has none. */
export type GitTwin = (resource: Resource) => Resource | undefined;

/**
 * What proxies that are behind still do otherwise: one finding a config field and value, proxies grouped. A difference
 * that leads to no field (endpoints of a Service, a resource that only the old config has) is told once an object.
 */
export function staleFindings(behind: readonly Behind[], gitTwin: GitTwin): Finding[] {
  const findings = new Map<string, Finding>();
  for (const it of behind) {
    const { examined, differences } = it;
    const all = new Map(differences.map((difference) => keyed(staleFinding(it, difference, gitTwin))));
    const own = new Map(onePerField([...all.values()]).map(keyed));
    // Proxies stuck at different ages are told apart even where they share a value: each age is one story.
    const age = JSON.stringify([...all.keys()].sort());
    for (const [key, finding] of own) {
      const known = findings.get(key + age);
      if (known) known.proxies.push(examined.proxy.id);
      else findings.set(key + age, finding);
    }
  }
  const all = [...findings.values()];
  const detailed = (coarse: Finding): boolean =>
    all.some(
      (it) =>
        it.field !== '' && it.resource === coarse.resource && coarse.proxies.every((id) => it.proxies.includes(id)),
    );
  return all.filter((it) => it.field !== '' || !detailed(it)).map(worded);
}

/**
 * One finding for each field of an object: what a policy says shapes many parts of a proxy, and one change is told once. Told
 * is the live value that is the likeliest to be one of the config's: a scalar before nothing, and before pieces of Envoy's.
 */
function onePerField(findings: readonly Finding[]): Finding[] {
  const rank = ({ live, expected }: Finding): number => {
    if (live === null || live === undefined) return 1;
    if (typeof live === 'object') return typeof expected === 'object' ? 0 : 2;
    return 0;
  };
  const groups = Map.groupBy(findings, ({ resource, field }) => JSON.stringify([resource, field]));
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = [...group].sort((a, b) => rank(a) - rank(b));
    if (!first) return [];
    const evidence = [first, ...others].flatMap((it) => it.evidence ?? []).slice(0, 5);
    return [others.length === 0 ? first : { ...first, evidence }];
  });
}

function keyed(finding: Finding): [key: string, finding: Finding] {
  return [JSON.stringify([finding.resource, finding.field, finding.expected, finding.live]), finding];
}

function staleFinding({ examined, expected, gone }: Behind, difference: Difference, gitTwin: GitTwin): Finding {
  const origin = originsOf(expected, difference)[0];
  const finding: Finding = {
    code: codes.stale,
    kind: 'stale',
    severity: 'error',
    resource: origin ? resourceName(origin.resource) : `Pod ${examined.proxy.id}`,
    field: '',
    message: `an old ${difference.type} ${difference.name}`,
    location: origin && gitTwin(origin.resource)?.locate([]),
    proxies: [examined.proxy.id],
    layer: 'api-proxy',
    effect: '',
    fix: fixOf(examined),
    related: [],
    evidence: evidenceOf(examined.proxy, [difference]),
  };
  if (!origin || !isIstio(origin) || origin.path.length === 0) {
    const object = gone?.get(difference);
    return object ? { ...finding, ...ofGone(object, gitTwin) } : finding;
  }
  const values = inConfigTerms(origin, difference);
  return {
    ...finding,
    field: formatPath(values.path),
    location: gitTwin(origin.resource)?.locate(values.path),
    expected: values.expected,
    live: values.live,
  };
}

/** What an object did that is deleted is told once, as the object. */
function ofGone(object: Resource, gitTwin: GitTwin): Partial<Finding> {
  return {
    resource: resourceName(object),
    message: 'what istiod has no more',
    location: gitTwin(object)?.locate([]),
    expected: 'absent',
    live: 'present',
  };
}

function fixOf(examined: ExaminedProxy): string {
  if (examined.state === 'rejected') return 'mend the object that Envoy rejects; the proxy takes the rest after that.';
  return `restore the connection of ${examined.proxy.id} to istiod (port 15012), or restart the pod.`;
}

function worded(finding: Finding): Finding {
  finding.proxies.sort();
  const who = finding.proxies.length === 1 ? finding.proxies[0] : `${finding.proxies.length} proxies`;
  const verb = finding.proxies.length === 1 ? 'holds' : 'hold';
  const instead = `${shown(finding.live)} instead of ${shown(finding.expected)}`;
  const what =
    finding.field === ''
      ? `${finding.message} (${finding.resource})`
      : `${instead} for ${finding.field} of ${finding.resource}`;
  finding.message = `${who} still ${verb} ${what}`;
  finding.effect = `${who} ${finding.proxies.length === 1 ? 'has' : 'have'} not taken the change; the others follow the API server.`;
  return finding;
}

/**
 * Proxies of which no istiod could be asked, and that hold something else than the API server's objects give: late, or
 * for want of what istiod alone tells. One finding for all, for nothing tells the causes apart.
 */
export function unaskedFindings(unasked: readonly Behind[], gitTwin: GitTwin): Finding[] {
  const odd = unasked.filter(({ differences }) => differences.length > 0);
  const [first] = odd;
  if (!first) return [];
  const places = staleFindings(odd, gitTwin).map(({ resource, field }) => `${resource} ${field}`.trim());
  const shownPlaces = [...new Set(places)]
    .sort((a, b) => Number(b.includes('.')) - Number(a.includes('.')))
    .slice(0, 3);
  const ids = odd.map(({ examined }) => examined.proxy.id).sort();
  const who = ids.length === 1 ? `${ids[0]} holds` : `${ids.length} proxies hold`;
  return [
    {
      code: codes.stale,
      kind: 'unexplained',
      severity: 'warning',
      resource: ids.length === 1 ? `Pod ${ids[0]}` : 'Mesh',
      field: '',
      message: `${who} something else than the API server's objects give, such as ${shownPlaces.join(', ')}; no istiod could be asked whether that is late`,
      proxies: ids,
      layer: 'api-proxy',
      effect: 'not known: a change has not arrived, or it comes from what istiod alone could tell.',
      fix: 'see why istiod could not be asked, and run again.',
      related: [],
      evidence: evidenceOf(first.examined.proxy, first.differences.slice(0, 1)),
    },
  ];
}

/** A proxy that no istiod knows although what it holds is right: nothing is wrong until the next change. */
export function disconnectedFinding(examined: ExaminedProxy): Finding {
  return {
    code: codes.disconnected,
    kind: 'stale',
    severity: 'info',
    resource: `Pod ${examined.proxy.id}`,
    field: '',
    message: `${examined.proxy.id} is ${examined.state === 'disconnected' ? 'not connected to any istiod' : `behind (${examined.state})`}, but holds what it should`,
    proxies: [],
    layer: 'api-proxy',
    effect: 'none yet; what it holds is current.',
    fix: 'restore its connection to istiod before the next change.',
    related: [],
  };
}
