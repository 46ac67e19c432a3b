import type { Difference } from '../../compare/types.ts';
import { codes } from '../../model/codes.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import { formatPath } from '../../model/json.ts';
import { type Resource, resourceName } from '../../model/resource.ts';
import { inConfigTerms, originsOf } from './attribution.ts';
import { evidenceOf } from './effect.ts';
import type { ExaminedProxy } from './types.ts';

/** A proxy that is not in sync, with what it holds otherwise than the API server's objects say. */
export interface Behind {
  examined: ExaminedProxy;
  expected: ProxyConfig;
  differences: Difference[];
}

/** Finds the Git object of the same name, for the place to show; undefined where Git has none. */
export type GitTwin = (resource: Resource) => Resource | undefined;

/** What proxies that are behind still do otherwise, one finding a config field and value, proxies grouped. */
export function staleFindings(behind: readonly Behind[], gitTwin: GitTwin): Finding[] {
  const findings = new Map<string, Finding>();
  for (const { examined, expected, differences } of behind) {
    for (const difference of differences) {
      const finding = staleFinding(examined, expected, difference, gitTwin);
      const key = JSON.stringify([finding.resource, finding.field, finding.expected, finding.live]);
      const known = findings.get(key);
      if (!known) findings.set(key, finding);
      else if (!known.proxies.includes(examined.proxy.id)) known.proxies.push(examined.proxy.id);
    }
  }
  return [...findings.values()].map((finding) => worded(finding));
}

function staleFinding(
  examined: ExaminedProxy,
  expected: ProxyConfig,
  difference: Difference,
  gitTwin: GitTwin,
): Finding {
  const origin = originsOf(expected, difference)[0];
  const shared = {
    code: codes.stale,
    kind: 'stale',
    severity: 'error',
    layer: 'api-proxy',
    proxies: [examined.proxy.id],
    message: '',
    effect: '',
    fix: fixOf(examined),
    related: [],
    evidence: evidenceOf(examined.proxy, [difference]),
  } as const;
  if (!origin) {
    const name = `${difference.type} ${difference.name}`;
    const resource = `Pod ${examined.proxy.id}`;
    return {
      ...shared,
      proxies: [...shared.proxies],
      related: [],
      resource,
      field: name,
      expected: difference.expected,
      live: difference.live,
    };
  }
  const values = inConfigTerms(origin, difference);
  return {
    ...shared,
    proxies: [...shared.proxies],
    related: [],
    resource: resourceName(origin.resource),
    field: formatPath(values.path),
    location: gitTwin(origin.resource)?.locate(values.path),
    expected: values.expected,
    live: values.live,
  };
}

function fixOf(examined: ExaminedProxy): string {
  if (examined.state === 'rejected') return 'mend the object that Envoy rejects; the proxy takes the rest after that.';
  return `restore the connection of ${examined.proxy.id} to istiod (port 15012), or restart the pod.`;
}

function worded(finding: Finding): Finding {
  finding.proxies.sort();
  const who = finding.proxies.length === 1 ? `${finding.proxies[0]} has` : `${finding.proxies.length} proxies have`;
  const show = (value: unknown): string => (value === null || value === undefined ? 'unset' : JSON.stringify(value));
  const what = finding.field === '' ? finding.resource : `${finding.resource} ${finding.field}`;
  finding.message = `${who} an old ${what}: ${show(finding.live)} instead of ${show(finding.expected)}`;
  finding.effect = `${who} not taken the change; all others follow the API server.`;
  return finding;
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
