import type { ClusterState } from '../../model/cluster-state.ts';
import { type Report, schemaVersion } from '../../model/report.ts';
import { findingsOf } from '../../rules/index.ts';
import type { Desired } from '../desired/index.ts';
import { judgedKind } from '../drift/judged-kinds.ts';
import { overlay } from '../drift/overlay.ts';
import { applyProjectRules } from '../project-rules.ts';
import { toRegistryInput } from '../registry-input.ts';
import { countFindings, istioVersions, skippedDiagnostics, sortedFindings, sourceDiagnostic } from '../report-parts.ts';
import { compiledMesh } from './compiled-mesh.ts';

/** What Git says, as far as `check` needs it. */
export type CheckGit = Pick<
  Desired,
  'repository' | 'ref' | 'commit' | 'paths' | 'resources' | 'diagnostics' | 'config'
>;

export interface CheckOptions {
  tool: Report['tool'];
  cluster: { context?: string; capture?: string };
  /** YYYY-MM-DD, for ignore rules that expire. */
  today: string;
}

/**
 * Judges one state: what the API server would have once Git is applied, or without Git what it has. Nothing is read from
 * proxies: what they would hold is compiled.
 */
export function check(git: CheckGit | undefined, state: ClusterState, options: CheckOptions): Report {
  const desired = git?.resources.filter(judgedKind) ?? [];
  const input = toRegistryInput(state);
  const resources = git ? overlay(input.resources, desired) : input.resources;
  const ids = new Set(state.proxies.map(({ id }) => id));
  const mesh = compiledMesh({ ...input, resources }, ({ id }) => ids.has(id), desired);
  const { findings, diagnostics } = applyProjectRules(findingsOf(mesh), git?.config ?? {}, options.today);
  return {
    schemaVersion,
    tool: options.tool,
    ...(git ? { git: { repository: git.repository, ref: git.ref, commit: git.commit, paths: git.paths } } : {}),
    cluster: { ...options.cluster, istioVersions: istioVersions(state) },
    summary: {
      proxies: { examined: mesh.proxies.length, skipped: 0, inSync: 0, stale: 0, rejected: 0 },
      resources: { git: desired.length, live: state.resources.filter(judgedKind).length },
      compared: { resources: 0, leaves: 0 },
      notCompared: [],
      findings: countFindings(findings),
    },
    findings: sortedFindings(findings),
    proxies: mesh.proxies.map((proxy) => ({
      id: proxy.id,
      type: proxy.type,
      workload: proxy.workloadName,
      state: 'unknown',
    })),
    complete: !state.skipped.some((it) => it.essential),
    diagnostics: [...(git?.diagnostics ?? []).map(sourceDiagnostic), ...diagnostics, ...skippedDiagnostics(state)],
  };
}
