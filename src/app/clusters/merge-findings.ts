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
  const elsewhere = trueOfSomeOnly(all);
  for (const { name, config, findings } of all) {
    for (const finding of findings) {
      if (elsewhere.has(finding)) continue;
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

/**
 * What says that something touches nobody, and is so in some of the clusters only: a waiver that covers nothing in one
 * may be of use in another, and configuration that no proxy of one gets may be for those of another that it serves too.
 */
function trueOfSomeOnly(all: readonly Found[]): ReadonlySet<Finding> {
  const idle = all.flatMap(({ config, findings }) =>
    findings
      .filter(({ code, layer, proxies }) => code === codes.waiverUnused || (layer === 'config' && proxies.length === 0))
      .map((finding) => ({ config, finding })),
  );
  const alike = Map.groupBy(idle, ({ config, finding }) =>
    finding.code === codes.waiverUnused ? keyOf(finding) : `${config} ${keyOf(finding)}`,
  );
  const served = (config: string): number => all.filter((it) => it.config === config).length;
  return new Set(
    [...alike.values()]
      .filter(([first, ...more]) => {
        const { config, finding } = first as (typeof idle)[number];
        return more.length + 1 < (finding.code === codes.waiverUnused ? all.length : served(config));
      })
      .flatMap((group) => group.map(({ finding }) => finding)),
  );
}
