import type { Difference } from '../../compare/types.ts';
import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { isIstio, originsOf } from './attribution.ts';
import type { Examined } from './examine.ts';
import { rejectedFindings } from './rejected.ts';
import { type Behind, disconnectedFinding, staleFindings, unaskedFindings } from './stale.ts';
import { signature, unexplainedFindings } from './unexplained.ts';

/**
 * What proxies hold otherwise than the API server's objects say, and why: rejected, behind, or in sync and unexplained.
 *
 * @param git the objects of Git, for the places to show; none where Git was not read
 */
export function proxyFindings(proxies: readonly Examined[], git: readonly Resource[]): Finding[] {
  const byKey = new Map(git.map((resource) => [resourceKey(resource), resource]));
  const gitTwin = (resource: Resource): Resource | undefined => byKey.get(resourceKey(resource));
  // One of which no istiod could be asked may be late: it is no witness for what the others hold.
  const inSync = proxies.filter(({ examined }) => examined.state === 'synced');
  // What proxies in sync show as well is not for want of a push: it is a gap of the compiler, told once below.
  const gaps = new Set(inSync.flatMap((it) => it.differences.map(signature)));
  const others: Behind[] = proxies
    .filter((it) => !inSync.includes(it))
    .map((it) => ({ ...it, differences: it.differences.filter((difference) => !gaps.has(signature(difference))) }));
  const behind = others.filter(({ examined }) => examined.state !== 'unknown');
  const nacks = behind.flatMap((it) => rejectedFindings(it.examined, it.expected, it.differences, gitTwin));
  const merged = mergeByPlace(nacks);
  const culprits = new Set(merged.map((finding) => finding.resource));
  const late = behind.map((it) => ({ ...it, differences: it.differences.filter((one) => !isRejection(it, one)) }));
  const stale = staleFindings(late, gitTwin).filter((it) => !culprits.has(it.resource));
  const idle = behind.filter((it) => it.differences.length === 0).map((it) => disconnectedFinding(it.examined));
  return [
    ...merged,
    ...stale,
    ...idle,
    ...unaskedFindings(
      others.filter((it) => !behind.includes(it)),
      gitTwin,
    ),
    ...unexplainedFindings(
      inSync.filter((it) => it.differences.length > 0),
      inSync,
      gitTwin,
    ),
  ];
}

/** The proxies as far as they can be judged: what they should hold is not known where a kind of objects was not read. */
export function judgedProxies(proxies: readonly Examined[], hidden: ReadonlySet<string>): readonly Examined[] {
  return hidden.size === 0 ? proxies : proxies.map((it) => ({ ...it, differences: [] }));
}

/** Without those that say that a proxy holds what it should, where that is not known. */
export function judgeable(findings: readonly Finding[], hidden: ReadonlySet<string>): readonly Finding[] {
  return hidden.size === 0 ? findings : findings.filter(({ code }) => code !== codes.disconnected);
}

/** Whether a difference is what the rejection itself tells: the refused resource, where no config of its own explains it. */
function isRejection({ examined, expected }: Behind, difference: Difference): boolean {
  const refused = examined.rejections.some((it) => it.type === difference.type && it.name === difference.name);
  return refused && !originsOf(expected, difference).some(isIstio);
}

/** One finding a place, with the proxies of all. */
function mergeByPlace(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.resource} ${finding.field}`;
    const known = merged.get(key);
    if (known) known.proxies = [...new Set([...known.proxies, ...finding.proxies])].sort();
    else merged.set(key, { ...finding });
  }
  return [...merged.values()];
}
