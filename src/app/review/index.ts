import type { ClusterState } from '../../model/cluster-state.ts';
import type { Finding } from '../../model/finding.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Report } from '../../model/report.ts';
import { resourceKey } from '../../model/resource.ts';
import type { Review } from '../../model/review.ts';
import { findingsOf } from '../../rules/index.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { compiledMesh, taken } from '../check/compiled-mesh.ts';
import { waitingIn } from '../check/gateway-secrets.ts';
import type { CheckGit, CheckOptions } from '../check/index.ts';
import { ruleReport } from '../check/rule-report.ts';
import { isDefinition, judgedKind } from '../drift/judged-kinds.ts';
import { provable } from '../provable.ts';
import { toRegistryInput } from '../registry-input.ts';
import { extentOf, sortedFindings } from '../report-parts.ts';
import { judgedBy } from '../waivers/judged.ts';
import { ProjectRules } from '../waivers/project-rules.ts';
import { asProven } from './as-proven.ts';
import { blastRadius } from './blast.ts';
import { changedObjects, changesOf } from './changes.ts';
import { asClosed } from './closed-ports.ts';
import { compareFindings } from './compare-findings.ts';
import { comparedDiagnostics } from './compared-diagnostics.ts';
import { effectiveChanges } from './effective-changes.ts';
import { newCredentials } from './new-credentials.ts';
import { plainTextClients } from './plain-text-clients.ts';
import { differingRequests } from './requests.ts';
import { asTheyStand, rolloutHazards, rolloutInWords } from './rollout.ts';
import { reviewedStates } from './states.ts';

/**
 * Judges a change: base and head are compiled over the same cluster, and what the rules and the proxies make of them is
 * compared. The report's own findings are those that the change introduces, with the hazards of rolling it out.
 */
export async function review(
  base: CheckGit,
  head: CheckGit,
  state: ClusterState,
  options: CheckOptions,
): Promise<Report> {
  const [before, after] = [base.resources.filter(judgedKind), head.resources.filter(judgedKind)];
  const [older, newer] = [base.resources.filter(isDefinition), head.resources.filter(isDefinition)];
  const states = reviewedStates(toRegistryInput(state), [...before, ...older], [...after, ...newer]);
  const ids = new Set(state.proxies.map(({ id }) => id));
  const selected = ({ id }: Proxy): boolean => ids.size === 0 || ids.has(id);
  const stateOfBase = taken(states.base, before);
  // Of an object of the head that is refused the cluster keeps what the base made it.
  const onBase = { ...states.head, accepted: stateOfBase.resources };
  const baseMesh = compiledMesh(states.base, selected, before);
  const headMesh = compiledMesh(onBase, selected, after);

  const secrets = options.secrets?.get(state);
  const judged = (mesh: CompiledMesh, told = findingsOf(mesh)): Finding[] => [
    ...provable(told, state),
    ...waitingIn(mesh, secrets),
  ];
  const olds = judged(baseMesh);
  const toldOfHead = findingsOf(headMesh);
  const compared = compareFindings(olds, judged(headMesh, toldOfHead));
  const changed = asTheyStand(changedObjects(states, before, after), before, after);
  const introduced = asClosed(asProven(compared.introduced, changed, toldOfHead), before);
  const usable = { base: { ...stateOfBase, accepted: stateOfBase.resources }, head: taken(onBase, after) };
  const kept = new Set(after.map(resourceKey));
  // On the way there is still what the change deletes, where the base has it.
  const written = [...after, ...before.filter((resource) => !kept.has(resourceKey(resource)))];
  const hazards = rolloutHazards(changed, {
    states: usable,
    base: baseMesh,
    head: headMesh,
    ends: [...olds, ...introduced],
    // What age decides is a note, and costs compiling anew for each pair: states in between are judged without.
    compile: (input) => ({ ...compiledMesh(input, selected, written), recreated: undefined }),
    judge: (mesh) => provable(findingsOf(mesh), state),
    signal: options.signal,
  });
  const found = [
    ...introduced,
    ...hazards.findings,
    ...plainTextClients(baseMesh, headMesh),
    ...newCredentials(baseMesh, headMesh, head.resources),
  ];
  const rules = new ProjectRules(head, options.today, base);
  const counting = rules.apply(found);
  const unchanged = rules.apply(compared.unchanged);
  const { findings: own, diagnostics } = rules.close(
    judgedBy({ rules: true, hazards: true, ...extentOf(state, options) }),
  );
  const findings = [...counting, ...own];
  const effective = effectiveChanges(baseMesh, headMesh);
  const meshes = { base: baseMesh, head: headMesh, effective };
  const changes = await changesOf(usable, meshes, before, after, options.signal);
  const part: Review = {
    base: base.ref,
    head: head.ref,
    fixed: sortedFindings(compared.fixed),
    unchanged: sortedFindings(unchanged),
    changes,
    blastRadius: blastRadius(effective, changes),
    requests: differingRequests(baseMesh, headMesh, effective),
    rollout: rolloutInWords(hazards, changed),
  };
  const unread = comparedDiagnostics(base.diagnostics, head.diagnostics, base.ref);
  const read = { ...head, diagnostics: unread.head };
  const report = ruleReport(read, state, headMesh, { findings, waived: rules.waived, diagnostics }, options);
  if (hazards.order.kind === 'untried')
    report.diagnostics.push({
      severity: 'warning',
      message: `${changed.length} objects change at once; orders of applying them were not tried out`,
    });
  report.diagnostics.push(...unread.fixed);
  return { ...report, review: part };
}
