import type { ClusterState } from '../../model/cluster-state.ts';
import type { Finding } from '../../model/finding.ts';
import { type Diagnostic, type Report, schemaVersion } from '../../model/report.ts';
import type { WaivedFinding } from '../../model/waiver.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { judgedKind } from '../drift/judged-kinds.ts';
import { allKindsRead } from '../hidden-kinds.ts';
import { silentIstiods } from '../istiod-problems.ts';
import {
  assumedDiagnostic,
  countFindings,
  istioVersions,
  skippedDiagnostics,
  sortedFindings,
  sourceDiagnostic,
} from '../report-parts.ts';
import type { CheckGit, CheckOptions } from './index.ts';

/** What the rules made of a state, once waivers are applied. */
export interface Judged {
  findings: readonly Finding[];
  waived: readonly WaivedFinding[];
  /** What waivers and the project file had to say. */
  diagnostics: readonly Diagnostic[];
}

/** The report of a state that is judged by rules alone: what its proxies would hold is compiled, and not compared. */
export function ruleReport(
  git: CheckGit | undefined,
  state: ClusterState,
  mesh: CompiledMesh,
  { findings, waived, diagnostics }: Judged,
  { tool, cluster, secrets }: CheckOptions,
): Report {
  return {
    schemaVersion,
    tool,
    ...(git ? { git: { repository: git.repository, ref: git.ref, commit: git.commit, paths: git.paths } } : {}),
    cluster: { ...cluster, istioVersions: istioVersions(state) },
    summary: {
      proxies: { examined: mesh.proxies.length, skipped: 0, inSync: 0, stale: 0, rejected: 0 },
      resources: {
        git: git?.resources.filter(judgedKind).length ?? 0,
        live: state.resources.filter(judgedKind).length,
      },
      compared: { resources: 0, leaves: 0 },
      notCompared: [],
      findings: countFindings(findings),
    },
    findings: sortedFindings(findings),
    waived: sortedFindings(waived),
    proxies: mesh.proxies.map((proxy) => ({
      id: proxy.id,
      type: proxy.type,
      workload: proxy.workloadName,
      state: 'unknown',
    })),
    // Objects in a file that cannot be read count as absent from Git: that is no clean run.
    complete: allKindsRead(state) && !git?.diagnostics.some((it) => it.severity === 'error'),
    diagnostics: [
      ...(git?.diagnostics ?? []).map(sourceDiagnostic),
      ...diagnostics,
      ...skippedDiagnostics(state),
      ...assumedDiagnostic(state),
      ...silentIstiods(state),
      ...(secrets?.get(state)?.diagnostics ?? []),
    ],
  };
}
