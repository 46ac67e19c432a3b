import type { ClusterState } from '../../model/cluster-state.ts';
import type { Diagnostic, Report } from '../../model/report.ts';
import type { Review } from '../../model/review.ts';
import { countFindings, sortedFindings } from '../report-parts.ts';
import { type Found, mergeFindings } from './merge-findings.ts';
import type { Mesh } from './read.ts';

/**
 * Judges each cluster by itself and makes one report of all.
 *
 * @param judge gives the report of one cluster
 */
export async function reportOf(mesh: Mesh, judge: (state: ClusterState) => Report | Promise<Report>): Promise<Report> {
  const reports: Report[] = [];
  // One after the other: each holds what its proxies are compared with.
  for (const state of mesh.states) reports.push(await judge(state));
  const [first, ...others] = reports as [Report, ...Report[]];
  if (mesh.cluster.clusters === undefined) return first;
  const findings = sortedFindings(mergeFindings(found(mesh, reports, (report) => report.findings)));
  const all = [first, ...others];
  const sum = (of: (report: Report) => number): number => all.reduce((total, report) => total + of(report), 0);
  const { proxies } = first.summary;
  const counts = Object.keys(proxies) as (keyof typeof proxies)[];
  return {
    ...first,
    cluster: { ...mesh.cluster, istioVersions: versions(all) },
    summary: {
      proxies: Object.fromEntries(
        counts.map((key) => [key, sum(({ summary }) => summary.proxies[key])]),
      ) as typeof proxies,
      resources: { git: first.summary.resources.git, live: ownObjects(mesh, all) },
      compared: {
        resources: sum(({ summary }) => summary.compared.resources),
        leaves: sum(({ summary }) => summary.compared.leaves),
      },
      notCompared: mergeReasons(all),
      findings: countFindings(findings),
    },
    findings,
    waived: sortedFindings(mergeFindings(found(mesh, reports, (report) => report.waived))),
    ...(first.review ? { review: mergeReviews(mesh, reports as (Report & { review: Review })[]) } : {}),
    proxies: all
      .flatMap((report, index) =>
        report.proxies.map((proxy) => ({ ...proxy, cluster: mesh.states[index]?.standpoint?.name ?? '' })),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    diagnostics: mergeDiagnostics(mesh, all),
    complete: mesh.unread.length === 0 && all.every(({ complete }) => complete),
  };
}

/** The parts of all reports that are findings, with the clusters that they speak of. */
export function found<R, F extends Found['findings'][number]>(
  { states }: Pick<Mesh, 'states'>,
  reports: readonly R[],
  of: (report: R) => readonly F[],
): Found<F>[] {
  return reports.map((report, index) => {
    const { name = '', config = '' } = states[index]?.standpoint ?? {};
    return { name, config, findings: of(report) };
  });
}

export function versions(reports: readonly { cluster: Report['cluster'] }[]): string[] {
  return [...new Set(reports.flatMap(({ cluster }) => cluster.istioVersions))].sort();
}

/** What all clusters say alike is said once; what one says begins with its name. */
export function mergeDiagnostics(mesh: Mesh, reports: readonly { diagnostics: readonly Diagnostic[] }[]): Diagnostic[] {
  if (mesh.cluster.clusters === undefined) return reports.flatMap(({ diagnostics }) => diagnostics);
  const rows = reports.flatMap(({ diagnostics }, index) =>
    diagnostics.map((diagnostic) => ({ diagnostic, name: mesh.states[index]?.standpoint?.name ?? '' })),
  );
  const alike = Map.groupBy(rows, ({ diagnostic }) => JSON.stringify(diagnostic));
  const merged = [...alike.values()].flatMap((group): Diagnostic[] => {
    const { diagnostic } = group[0] as (typeof group)[number];
    if (diagnostic.location || group.length === mesh.states.length) return [diagnostic];
    return group.map(({ name }) => inCluster(diagnostic, name));
  });
  return [...mesh.unread, ...(mesh.notes ?? []), ...merged];
}

function inCluster(diagnostic: Diagnostic, name: string): Diagnostic {
  if (diagnostic.subject?.endsWith(`@${name}`)) return diagnostic;
  return { ...diagnostic, message: `cluster ${name}: ${diagnostic.message}` };
}

/** Objects that configure proxies of two clusters are counted once. */
function ownObjects({ states }: Mesh, reports: readonly Report[]): number {
  const counts = new Map(
    reports.map(({ summary }, index) => [states[index]?.standpoint?.config, summary.resources.live]),
  );
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function mergeReasons(reports: readonly Report[]): Report['summary']['notCompared'] {
  const leaves = new Map<string, number>();
  for (const { summary } of reports)
    for (const it of summary.notCompared) leaves.set(it.reason, (leaves.get(it.reason) ?? 0) + it.leaves);
  return [...leaves].map(([reason, count]) => ({ reason, leaves: count })).sort((a, b) => b.leaves - a.leaves);
}

/** A change's effects in all clusters; the order of applying it is that of the first that needs one. */
function mergeReviews(mesh: Mesh, reports: readonly { review: Review }[]): Review {
  const reviews = reports.map(({ review }) => review) as [Review, ...Review[]];
  const of = (part: 'fixed' | 'unchanged') =>
    sortedFindings(mergeFindings(found(mesh, reports, ({ review }) => review[part])));
  const changes = new Map<string, Review['changes'][number]>();
  for (const change of reviews.flatMap((review) => review.changes)) {
    const key = JSON.stringify([change.resource, change.field, change.kind, change.head, change.base]);
    const known = changes.get(key);
    if (!known) changes.set(key, change);
    else
      changes.set(key, {
        ...(known.proxies.length > 0 ? known : change),
        proxies: [...new Set([...known.proxies, ...change.proxies])].sort(),
      });
  }
  const requests = reports.flatMap(({ review }, index) =>
    review.requests.map((it) => ({ ...it, from: `${it.from} (cluster ${mesh.states[index]?.standpoint?.name})` })),
  );
  return {
    ...reviews[0],
    fixed: of('fixed'),
    unchanged: of('unchanged'),
    changes: [...changes.values()],
    blastRadius: reviews.flatMap((review) => review.blastRadius),
    requests,
    rollout:
      reviews.find((review) => review.rollout.some((step) => !step.startsWith('any order')))?.rollout ??
      reviews[0].rollout,
  };
}
