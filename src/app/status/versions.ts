import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import type { IstiodStatus, ProxyStatus } from '../../model/status.ts';

/** How many minor versions a proxy may be behind its istiod (istio.io, Supported Releases: Control Plane/Data Plane Skew). */
const mostBehind = 1;

/**
 * Proxies whose version does not go with their istiod's, one finding for each pair of versions, and revisions whose
 * istiods are of different versions.
 */
export function versionFindings(proxies: readonly ProxyStatus[], istiods: readonly IstiodStatus[]): Finding[] {
  const pairs = new Map<string, { proxy: string; istiod: string; ids: string[]; severity: Finding['severity'] }>();
  for (const proxy of proxies) {
    const istiod = proxy.connections[0]?.version ?? '';
    const own = minorOf(proxy.versions.istio);
    const other = minorOf(istiod);
    if (own === undefined || other === undefined || own === other) continue;
    const supported = own < other && other - own <= mostBehind;
    const key = `${proxy.versions.istio} ${istiod}`;
    const pair = pairs.get(key) ?? {
      proxy: proxy.versions.istio,
      istiod,
      ids: [],
      severity: supported ? 'info' : 'warning',
    };
    pair.ids.push(proxy.id);
    pairs.set(key, pair);
  }
  return [...[...pairs.values()].map(skew), ...mixedRevisions(istiods)];
}

function skew({
  proxy,
  istiod,
  ids,
  severity,
}: {
  proxy: string;
  istiod: string;
  ids: string[];
  severity: Finding['severity'];
}): Finding {
  const newer = (minorOf(proxy) ?? 0) > (minorOf(istiod) ?? 0);
  return {
    ...base,
    severity,
    message: `${ids.length === 1 ? ids[0] : `${ids.length} proxies`} of version ${proxy} ${ids.length === 1 ? 'is' : 'are'} connected to an istiod of version ${istiod}`,
    proxies: [...ids].sort(),
    effect:
      severity === 'info'
        ? 'none known; proxies may be one minor version behind.'
        : newer
          ? 'a proxy newer than its istiod is not supported; it may be sent what it does not understand.'
          : 'a proxy more than one minor version behind is not supported; it may reject what it is sent.',
    fix: newer ? 'upgrade istiod first.' : 'restart the pods, so that they are injected with the new version.',
  };
}

function mixedRevisions(istiods: readonly IstiodStatus[]): Finding[] {
  const byRevision = new Map<string, Set<string>>();
  for (const { revision, version } of istiods) {
    if (version !== null) byRevision.set(revision, (byRevision.get(revision) ?? new Set()).add(version));
  }
  return [...byRevision].flatMap(([revision, versions]) => {
    if (versions.size < 2) return [];
    return [
      {
        ...base,
        severity: 'warning' as const,
        message: `istiods of revision ${revision} have different versions: ${[...versions].sort().join(', ')}`,
        proxies: [],
        effect: 'what a proxy is sent depends on which of them it is connected to.',
        fix: 'wait for the rollout of istiod to end, or look at why it does not.',
      },
    ];
  });
}

const base = {
  code: codes.versionSkew,
  kind: 'hazard' as const,
  resource: 'Mesh',
  field: '',
  layer: 'config' as const,
  related: [],
};

/** `1.29.0-unknown-Clean` is 29 of 1; other majors are not to be expected. */
function minorOf(version: string): number | undefined {
  const minor = /^v?1\.(\d+)/.exec(version)?.[1];
  return minor === undefined ? undefined : Number(minor);
}
