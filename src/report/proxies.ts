import type { Finding } from '../model/finding.ts';
import type { ReportedProxy } from '../model/report.ts';

/**
 * Proxies in a person's words: `12 sidecars in shop; gateway istio-ingress/ingress`. Those of one workload are named
 * once; three or fewer in a namespace are named by workload.
 */
export function proxiesInWords(ids: readonly string[], known: ReadonlyMap<string, ReportedProxy>): string {
  if (ids.length === 0) return 'no proxy';
  const gateways = new Set<string>();
  const sidecars = new Map<string, string[]>();
  for (const id of ids) {
    const proxy = known.get(id);
    const namespace = id.slice(0, id.indexOf('/'));
    if (proxy?.type === 'router') gateways.add(`${namespace}/${proxy.workload}${clusterOf(id)}`);
    else sidecars.set(namespace, [...(sidecars.get(namespace) ?? []), id]);
  }
  const parts = [...sidecars].map(([namespace, members]) => inNamespace(namespace, members, known));
  if (gateways.size > 0) parts.push(`gateway${gateways.size > 1 ? 's' : ''} ${[...gateways].join(', ')}`);
  return parts.join('; ');
}

/** Whom a finding touches, and where several clusters were read also in which of them it is so. */
export function affectedInWords(
  { proxies, clusters }: Pick<Finding, 'proxies' | 'clusters'>,
  known: ReadonlyMap<string, ReportedProxy>,
): string {
  return `${proxiesInWords(proxies, known)}${clusters ? ` (clusters: ${clusters.join(', ')})` : ''}`;
}

function inNamespace(namespace: string, ids: readonly string[], known: ReadonlyMap<string, ReportedProxy>): string {
  const workloads = new Set(
    ids.map((id) => {
      const workload = known.get(id)?.workload;
      return workload ? `${workload}${clusterOf(id)}` : id.slice(id.indexOf('/') + 1);
    }),
  );
  const count = ids.length === 1 ? 'sidecar' : `${ids.length} sidecars`;
  if (workloads.size <= 3) return `${count} ${[...workloads].map((name) => `${namespace}/${name}`).join(', ')}`;
  const clusters = [...new Set(ids.map((id) => clusterOf(id).slice(1)))].filter((it) => it !== '');
  return `${count} in ${namespace}${clusters.length > 0 ? ` of ${clusters.join(', ')}` : ''}`;
}

/** `@cluster` of an id, where several clusters were read; names of pods have no `@`. */
function clusterOf(id: string): string {
  return id.includes('@') ? id.slice(id.indexOf('@')) : '';
}
