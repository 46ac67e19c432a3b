import type { ClusterState } from '../../model/cluster-state.ts';
import type { Report } from '../../model/report.ts';
import { findingsOf } from '../../rules/index.ts';
import type { Desired } from '../desired/index.ts';
import { isDefinition, judgedKind } from '../drift/judged-kinds.ts';
import { overlay } from '../drift/overlay.ts';
import { provable } from '../provable.ts';
import { toRegistryInput } from '../registry-input.ts';
import { extentOf, type Omission } from '../report-parts.ts';
import { judgedBy } from '../waivers/judged.ts';
import { ProjectRules } from '../waivers/project-rules.ts';
import { compiledMesh } from './compiled-mesh.ts';
import { type GatewaySecrets, waitingIn } from './gateway-secrets.ts';
import { ruleReport } from './rule-report.ts';

/** What Git says, as far as `check` needs it. */
export type CheckGit = Pick<
  Desired,
  'repository' | 'ref' | 'commit' | 'paths' | 'resources' | 'diagnostics' | 'config' | 'waivers'
>;

export interface CheckOptions {
  tool: Report['tool'];
  cluster: { context?: string; capture?: string };
  /** YYYY-MM-DD, for ignore rules that expire. */
  today: string;
  /** What the run speaks of a part of only. */
  partial?: Omission;
  signal?: AbortSignal;
  /** What the gateways told of secrets, where they were asked. */
  secrets?: ReadonlyMap<ClusterState, GatewaySecrets>;
}

/**
 * Judges one state: what the API server would have once Git is applied, or without Git what it has. What proxies
 * would hold is compiled; of what they hold the secrets that gateways wait for are all that counts.
 */
export function check(git: CheckGit | undefined, state: ClusterState, options: CheckOptions): Report {
  const desired = git?.resources.filter(judgedKind) ?? [];
  const input = toRegistryInput(state);
  const definitions = git?.resources.filter(isDefinition) ?? [];
  const resources = git ? overlay(input.resources, [...desired, ...definitions]) : input.resources;
  const ids = new Set(state.proxies.map(({ id }) => id));
  const mesh = compiledMesh({ ...input, resources }, ({ id }) => ids.has(id), desired);
  const rules = new ProjectRules(git, options.today);
  const secrets = options.secrets?.get(state);
  const found = rules.apply([...provable(findingsOf(mesh), state), ...waitingIn(mesh, secrets)]);
  const { findings: own, diagnostics } = rules.close(judgedBy({ rules: true, ...extentOf(state, options) }));
  const judged = { findings: [...found, ...own], waived: rules.waived, diagnostics };
  return ruleReport(git, state, mesh, judged, options);
}
