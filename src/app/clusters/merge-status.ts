import type { ClusterState } from '../../model/cluster-state.ts';
import type { IstiodStatus, StatusReport } from '../../model/status.ts';
import { countFindings, sortedFindings } from '../report-parts.ts';
import { mergeFindings } from './merge-findings.ts';
import { found, mergeDiagnostics, versions } from './merge-reports.ts';
import type { Mesh } from './read.ts';

/**
 * Tells of each cluster's proxies by itself and makes one report of all.
 *
 * @param tell gives the report of one cluster
 */
export async function statusOf(
  mesh: Mesh,
  tell: (state: ClusterState) => Promise<StatusReport>,
): Promise<StatusReport> {
  const reports: StatusReport[] = [];
  for (const state of mesh.states) reports.push(await tell(state));
  const [first] = reports as [StatusReport, ...StatusReport[]];
  if (mesh.cluster.clusters === undefined) return first;
  const findings = sortedFindings(mergeFindings(found(mesh, reports, (report) => report.findings)));
  const proxies = reports.flatMap((report) => report.proxies).sort((a, b) => (a.id < b.id ? -1 : 1));
  const sum = (of: (report: StatusReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const states: Record<string, number> = {};
  for (const { state } of proxies) states[state] = (states[state] ?? 0) + 1;
  return {
    ...first,
    cluster: { ...mesh.cluster, istioVersions: versions(reports) },
    summary: {
      proxies: proxies.length,
      states,
      read: sum(({ summary }) => summary.read),
      unread: sum(({ summary }) => summary.unread),
      brokenAtRestart: sum(({ summary }) => summary.brokenAtRestart),
      findings: countFindings(findings),
    },
    istiods: istiodsOf(mesh, reports),
    proxies,
    findings,
    diagnostics: mergeDiagnostics(mesh, reports),
    complete: mesh.unread.length === 0 && reports.every(({ complete }) => complete),
  };
}

/** An istiod that serves proxies of two clusters is one row with the proxies of both. */
function istiodsOf({ states }: Mesh, reports: readonly StatusReport[]): IstiodStatus[] {
  const rows = new Map<string, IstiodStatus>();
  for (const [index, { istiods }] of reports.entries()) {
    const cluster = states[index]?.standpoint?.config ?? '';
    for (const istiod of istiods) {
      const key = `${cluster} ${istiod.namespace}/${istiod.pod}`;
      const known = rows.get(key);
      const count = known && istiod.proxies !== null ? (known.proxies ?? 0) + istiod.proxies : istiod.proxies;
      rows.set(key, { ...istiod, proxies: count, cluster });
    }
  }
  return [...rows.values()];
}
