import { compileProxy } from '../../compile/index.ts';
import type { ClusterState } from '../../model/cluster-state.ts';
import { counted } from '../../model/counted.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Diagnostic, type Report, schemaVersion } from '../../model/report.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { buildRegistry } from '../../registry/index.ts';
import type { Desired } from '../desired/index.ts';
import { allKindsRead, hiddenKinds, isOfKind, unjudged } from '../hidden-kinds.ts';
import { istiodProblems } from '../istiod-problems.ts';
import { provable } from '../provable.ts';
import { toRegistryInput } from '../registry-input.ts';
import {
  countFindings,
  extentOf,
  istioVersions,
  type Omission,
  skippedDiagnostics,
  sortedFindings,
  sourceDiagnostic,
} from '../report-parts.ts';
import { judgedBy } from '../waivers/judged.ts';
import { ProjectRules } from '../waivers/project-rules.ts';
import { readConventions } from './conventions/index.ts';
import { EffectOracle } from './effect.ts';
import { type Examination, examine } from './examine.ts';
import { gitDriftFindings } from './git-drift.ts';
import { JointEffects } from './joint-effects.ts';
import { judgedKind } from './judged-kinds.ts';
import { objectDrifts } from './objects.ts';
import { judgeable, judgedProxies, proxyFindings } from './proxy-findings.ts';
import { withRefusals } from './refusals.ts';
import { ruleFindings } from './rule-findings.ts';
import { WaitingSecrets } from './waiting-secrets.ts';

/** What Git says, as far as `drift` needs it. */
export type DriftGit = Pick<
  Desired,
  | 'repository'
  | 'ref'
  | 'commit'
  | 'paths'
  | 'resources'
  | 'diagnostics'
  | 'config'
  | 'waivers'
  | 'owns'
  | 'whereabouts'
>;

export interface DriftOptions {
  tool: Report['tool'];
  cluster: { context?: string; capture?: string };
  concurrency: number;
  /** Whether the proxies' own dumps are read; without them Git and the API server's objects are compared alone. */
  readProxies?: boolean;
  /** Whether the configuration is judged by rules, too. */
  check?: boolean;
  /** YYYY-MM-DD, for ignore rules that expire. */
  today: string;
  /** What the run speaks of a part of only. */
  partial?: Omission;
  signal?: AbortSignal;
  onProgress?: (done: number, of: number) => void;
}

/**
 * Compares the three states: Git with the API server's objects, and what these compile to with what each selected proxy
 * holds.
 */
export async function drift(git: DriftGit, state: ClusterState, options: DriftOptions): Promise<Report> {
  const input = toRegistryInput(state);
  const registry = buildRegistry(input);
  const read = options.readProxies !== false;
  const waiting = new WaitingSecrets();
  const examination = await examine(read ? state : { ...state, proxies: [] }, registry, {
    ...options,
    observe: (proxy, _, live) => waiting.add(proxy, live),
  });
  const ids = new Set(state.proxies.map(({ id }) => id));
  const selected = read
    ? examination.proxies.map(({ examined }) => examined.proxy)
    : registry.proxies.filter(({ id }) => ids.has(id));
  if (!read) examination.notes.push(unreadNote(selected.length));
  const expected = new Map(examination.proxies.map((it) => [it.examined.proxy.id, it.expected]));
  const base = (proxy: Proxy): ProxyConfig => expected.get(proxy.id) ?? compileProxy(proxy, registry);
  const oracle = new EffectOracle(input, selected, base, options.signal);
  const live = state.resources.filter(judgedKind);
  const desired = git.resources.filter(judgedKind);
  // What could not be listed is neither there nor absent.
  const hidden = hiddenKinds(state);
  const comparable = desired.filter((resource) => !isOfKind(resource, hidden));
  const drifts = objectDrifts(comparable, live, git.owns);
  const unmanaged = drifts.flatMap((it) => (it.kind === 'unmanaged' ? [it.live] : []));
  const places = await git.whereabouts(unmanaged, options.signal).catch(orIfStopped(options.signal, undefined));
  const conventions = readConventions(git.resources, state.resources);
  examination.notes.push(...conventions.diagnostics);
  const together = new JointEffects(input, desired, new Set(selected.map(({ id }) => id)), options.signal);
  const found: Finding[] = [];
  for (const it of drifts) {
    const alone = await gitDriftFindings(it, oracle, places, conventions);
    // One object in which nothing else differs has nothing to do it with.
    const only = drifts.length === 1 && alone.length < 2;
    const findings: Finding[] = [];
    for (const finding of alone) findings.push(await together.of(finding, it, only));
    found.push(...(it.kind === 'not-applied' ? withRefusals(findings, it.git, registry) : findings));
  }
  const stopped = options.signal?.aborted === true;
  if (stopped) examination.notes.push(...stoppedNote(oracle, options));
  const gitTwin = (resource: Resource) => desired.find((it) => resourceKey(it) === resourceKey(resource));
  const judgedByRules =
    options.check && !stopped
      ? provable(ruleFindings({ input, registry, compiled: expected, selected }, desired, drifts.length > 0), state)
      : [];
  // Of a patch that changes nothing anywhere the rules tell as well.
  const twice = new Set(judgedByRules.map(placeOfFinding));
  const idle = hidden.size > 0 ? [] : examination.idle.findings(gitTwin);
  found.push(
    ...judgeable(proxyFindings(judgedProxies(examination.proxies, hidden), git.resources), hidden),
    ...waiting.findings((proxy) => compileProxy(proxy, registry), gitTwin),
    ...idle.filter((finding) => !twice.has(placeOfFinding(finding))),
    ...judgedByRules,
  );
  const rules = new ProjectRules(git, options.today);
  const counting = rules.apply(found);
  const extent = extentOf(state, options, examination.unread.length === 0 && !stopped);
  const judged = judgedBy({ git: true, proxies: read, rules: options.check === true, ...extent });
  const { findings: own, diagnostics } = rules.close(judged);
  const counts = { git: desired.length, live: live.length };
  return toReport(
    git,
    state,
    options,
    examination,
    { findings: [...counting, ...own], waived: rules.waived, diagnostics },
    counts,
  );
}

/** What was found by then is worth reading: a run that is stopped goes on without what it has not got. */
function orIfStopped<T>(signal: AbortSignal | undefined, instead: T): (error: unknown) => T {
  return (error) => {
    if (signal?.aborted) return instead;
    throw error;
  };
}

function stoppedNote({ notComputed }: EffectOracle, { check }: DriftOptions): Diagnostic[] {
  const missing = [
    ...(notComputed > 0 ? ['what differences between Git and the API server do to the proxies was not computed'] : []),
    ...(check ? ['rules were not applied'] : []),
  ];
  if (missing.length === 0) return [];
  const message = `the run was stopped before its end: ${missing.join('; ')}`;
  return [{ severity: 'error', message, fix: 'run again for the whole picture.' }];
}

function placeOfFinding({ code, resource, field }: Finding): string {
  return `${code} ${resource} ${field}`;
}

function unreadNote(proxies: number): Diagnostic {
  const message = `what the ${counted(proxies, 'proxy')} really ${proxies === 1 ? 'holds' : 'hold'} was not read (--no-proxies): effects are told of what they should hold`;
  return { severity: 'info', message };
}

function toReport(
  git: DriftGit,
  state: ClusterState,
  options: DriftOptions,
  examination: Examination,
  { findings, waived, diagnostics }: Pick<Report, 'findings' | 'waived' | 'diagnostics'>,
  resources: { git: number; live: number },
): Report {
  const states = examination.proxies.map(({ examined }) => examined.state);
  const count = (...wanted: string[]): number => states.filter((it) => wanted.includes(it)).length;
  return {
    schemaVersion,
    tool: options.tool,
    git: { repository: git.repository, ref: git.ref, commit: git.commit, paths: git.paths },
    cluster: { ...options.cluster, istioVersions: istioVersions(state) },
    summary: {
      proxies: {
        examined: examination.proxies.length,
        skipped: examination.skipped,
        inSync: count('synced'),
        stale: count('stale', 'disconnected', 'not-sent'),
        rejected: count('rejected'),
      },
      resources,
      compared: examination.compared,
      notCompared: [...examination.notCompared]
        .map(([reason, leaves]) => ({ reason, leaves }))
        .sort((a, b) => b.leaves - a.leaves),
      findings: countFindings(findings),
    },
    findings: sortedFindings(findings),
    waived: sortedFindings(waived),
    proxies: examination.proxies.map(({ examined }) => ({
      id: examined.proxy.id,
      type: examined.proxy.type,
      workload: examined.proxy.workloadName,
      state: examined.state,
    })),
    complete:
      options.signal?.aborted !== true &&
      examination.unread.length === 0 &&
      !examination.proxies.some((it) => it.examined.state === 'unknown' && it.differences.length > 0) &&
      allKindsRead(state) &&
      // Objects in a file that cannot be read count as absent from Git: that is no clean run.
      !git.diagnostics.some((it) => it.severity === 'error'),
    diagnostics: [
      ...git.diagnostics.map(sourceDiagnostic),
      ...diagnostics,
      ...skippedDiagnostics(state),
      ...(options.readProxies === false ? [] : unjudged(hiddenKinds(state))),
      ...istiodProblems(state, 'warning'),
      ...examination.notes,
      ...examination.unread,
    ],
  };
}
