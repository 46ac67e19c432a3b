import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';

/** What was found in one cluster. */
export interface Found<F extends Finding = Finding> {
  /** The cluster of the proxies. */
  name: string;
  /** The cluster whose objects configure them. */
  config: string;
  findings: readonly F[];
}

const rank = { error: 0, warning: 1, info: 2 };

/**
 * What is found alike in several clusters is one finding with the proxies of all, and says in which it is so. What one
 * has worse than another counts as the worse.
 */
export function mergeFindings<F extends Finding>(all: readonly Found<F>[]): F[] {
  const merged = new Map<string, F & { clusters: string[] }>();
  const used = waiversInUse(all);
  for (const { name, config, findings } of all) {
    for (const finding of findings) {
      if (used.has(finding)) continue;
      const cluster = finding.layer === 'git-api' || finding.layer === 'config' ? config : name;
      const key = keyOf(finding);
      const known = merged.get(key);
      merged.set(key, known ? joined(known, finding, cluster) : { ...finding, clusters: [cluster] });
    }
  }
  return [...merged.values()];
}

function keyOf({ code, kind, layer, resource, field, location, expected, live, proxies, ...rest }: Finding): string {
  // Values of one proxy are that proxy's alone.
  const own = resource.startsWith('Pod ') ? proxies : [];
  const waiver = 'waiver' in rest ? rest.waiver : undefined;
  return JSON.stringify([code, kind, layer, resource, field, location, expected ?? null, live ?? null, own, waiver]);
}

function joined<F extends Finding & { clusters: string[] }>(known: F, finding: Finding, cluster: string): F {
  const worse = rank[finding.severity] < rank[known.severity] ? finding : known;
  // Of two that are as bad the one that touches proxies tells more.
  const telling =
    finding.severity === known.severity && known.proxies.length === 0 && finding.proxies.length > 0 ? finding : worse;
  const evidence = [...(known.evidence ?? []), ...(finding.evidence ?? [])].slice(0, 5);
  return {
    ...known,
    severity: worse.severity,
    message: telling.message,
    effect: telling.effect,
    fix: telling.fix,
    related: telling.related,
    proxies: [...new Set([...known.proxies, ...finding.proxies])].sort(),
    clusters: known.clusters.includes(cluster) ? known.clusters : [...known.clusters, cluster],
    ...(evidence.length > 0 ? { evidence } : {}),
  };
}

/** A waiver that covers nothing in one cluster may be of use in another: it is idle only where it is so in all. */
function waiversInUse(all: readonly Found[]): ReadonlySet<Finding> {
  const idle = all.flatMap(({ findings }) => findings.filter(({ code }) => code === codes.waiverUnused));
  const counts = Map.groupBy(idle, keyOf);
  return new Set([...counts.values()].filter((group) => group.length < all.length).flat());
}
