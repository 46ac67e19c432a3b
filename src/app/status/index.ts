import type { ClusterState, Problem } from '../../model/cluster-state.ts';
import type { Finding } from '../../model/finding.ts';
import type { Diagnostic, Report } from '../../model/report.ts';
import { type IstiodStatus, type ProxyStatus, type StatusReport, statusVersion } from '../../model/status.ts';
import { buildRegistry } from '../../registry/index.ts';
import type { Registry } from '../../registry/types.ts';
import { durationInWords as inWords } from '../../report/duration.ts';
import type { Desired } from '../desired/index.ts';
import { type Connections, connectionsOf } from '../drift/connections.ts';
import { type Examination, examine } from '../drift/examine.ts';
import { judgeable, judgedProxies, proxyFindings } from '../drift/proxy-findings.ts';
import { allKindsRead, hiddenKinds, unjudged } from '../hidden-kinds.ts';
import { istiodProblems } from '../istiod-problems.ts';
import { toRegistryInput } from '../registry-input.ts';
import { countFindings, istioVersions, skippedDiagnostics, sortedFindings, sourceDiagnostic } from '../report-parts.ts';
import { unreadFindings } from './connection-findings.ts';
import { byName, stillDoes } from './effects.ts';
import { hazardFindings } from './hazards.ts';
import { type Observed, observe } from './observed.ts';
import { type Context, proxyStatus } from './proxy-status.ts';
import { versionFindings } from './versions.ts';

/** What Git says, for the places in it. */
export type StatusGit = Pick<Desired, 'repository' | 'ref' | 'commit' | 'paths' | 'resources' | 'diagnostics'>;

export interface StatusOptions {
  tool: Report['tool'];
  cluster: { context?: string; capture?: string };
  concurrency: number;
  /** Whether the proxies' own dumps are read. */
  readProxies: boolean;
  /** Whether proxies that istiod knows and the API server does not are listed too: nothing was selected. */
  others: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number, of: number) => void;
}

/** Tells of every proxy how it stands with istiod, and what it does otherwise for that. Git is for places only. */
export async function status(
  git: StatusGit | undefined,
  state: ClusterState,
  options: StatusOptions,
): Promise<StatusReport> {
  const registry = buildRegistry(toRegistryInput(state));
  const observed = new Map<string, Observed>();
  const partial: Diagnostic[] = [];
  const examination = await examine(options.readProxies ? state : { ...state, proxies: [] }, registry, {
    ...options,
    parts: ['certs', 'serverInfo'],
    observe: (proxy, answers, live) => {
      observed.set(proxy.id, observe(answers, live, state.takenAt));
      if (answers.certs === undefined) partial.push(withoutCertificates(proxy.id, answers.problems));
    },
  });
  const hidden = hiddenKinds(state);
  const judged = proxyFindings(judgedProxies(examination.proxies, hidden), git?.resources ?? []);
  const findings = judgeable(judged, hidden).filter(isOfStatus);
  const connections = connectionsOf(state);
  const context = {
    connections,
    findings,
    objects: byName(state.resources),
    now: state.takenAt,
    judged: hidden.size === 0,
  };
  const proxies = rows(state, registry, examination, observed, options, context);
  const istiods = istiodRows(state, connections);
  const all = sortedFindings([
    ...findings.map((finding) => withEffect(finding, proxies, context)),
    ...unreadFindings(proxies),
    ...hazardFindings(proxies, state.takenAt),
    ...versionFindings(proxies, istiods),
  ]);
  return {
    schemaVersion: statusVersion,
    tool: options.tool,
    ...(git ? { git: { repository: git.repository, ref: git.ref, commit: git.commit, paths: git.paths } } : {}),
    cluster: { ...options.cluster, istioVersions: istioVersions(state) },
    takenAt: state.takenAt,
    summary: summaryOf(proxies, examination, all),
    istiods,
    proxies,
    findings: all,
    diagnostics: [
      ...(git?.diagnostics ?? []).map(sourceDiagnostic),
      ...skippedDiagnostics(state),
      ...(options.readProxies ? unjudged(hidden) : []),
      ...istiodProblems(state),
      ...examination.notes.filter(({ severity }) => severity !== 'info'),
      ...partial,
      ...examination.unread,
    ],
    complete:
      examination.unread.length === 0 &&
      partial.length === 0 &&
      allKindsRead(state) &&
      connections.complete &&
      !proxies.some((it) => it.state === 'unknown'),
  };
}

/** A proxy whose `/certs` did not come although its dump did. */
function withoutCertificates(id: string, problems: readonly Problem[]): Diagnostic {
  const problem = problems.find(({ message }) => message.includes('certs')) ?? problems[0];
  return {
    severity: 'error',
    subject: id,
    message: `when the certificates of ${id} end could not be read${problem ? `: ${problem.message}` : ''}`,
    ...(problem?.advice ? { fix: problem.advice } : {}),
  };
}

/** What a proxy in sync shows on all its peers is what the program does not model: `drift` counts that. */
function isOfStatus({ kind, severity }: Finding): boolean {
  return kind === 'stale' || kind === 'nack' || severity !== 'info';
}

function rows(
  state: ClusterState,
  registry: Registry,
  examination: Examination,
  observed: ReadonlyMap<string, Observed>,
  options: StatusOptions,
  context: Context,
): ProxyStatus[] {
  const known = new Map(registry.proxies.map((proxy) => [proxy.id, proxy]));
  const examined = new Map(examination.proxies.map((it) => [it.examined.proxy.id, it]));
  const ids = new Set(state.proxies.map((source) => source.id));
  if (options.others) for (const id of context.connections.byProxy.keys()) ids.add(id);
  return [...ids].sort().map((id) => {
    return proxyStatus({ id, proxy: known.get(id), examined: examined.get(id), observed: observed.get(id) }, context);
  });
}

function istiodRows(state: ClusterState, connections: Connections): IstiodStatus[] {
  const all = [...connections.byProxy.values()].flat();
  return state.istiods.map(({ podName, namespace, revision, version, syncz }) => ({
    pod: podName,
    namespace,
    revision,
    version: version ?? null,
    proxies: syncz === undefined ? null : all.filter(({ istiod }) => istiod.podName === podName).length,
  }));
}

/** The effect of a stale finding in the terms of what its proxies do, with the time. */
function withEffect(finding: Finding, proxies: readonly ProxyStatus[], { objects }: Context): Finding {
  const members = proxies.filter((proxy) => finding.proxies.includes(proxy.id));
  if (finding.kind !== 'stale' || members.length === 0) return finding;
  const ages = members.flatMap((it) => (it.behindSeconds === null ? [] : [it.behindSeconds]));
  const age = ages.length === 0 ? '' : `: ${inWords(Math.max(...ages))} behind`;
  const names = [...new Set(members.map((it) => it.workload || it.id))];
  const several = members.length > 1;
  const who = names.length <= 3 ? names.join(', ') : `${members.length} proxies`;
  return { ...finding, effect: `${who} ${stillDoes(finding, objects, several)}${age}` };
}

function summaryOf(
  proxies: readonly ProxyStatus[],
  examination: Examination,
  findings: readonly Finding[],
): StatusReport['summary'] {
  const states: Record<string, number> = {};
  for (const { state } of proxies) states[state] = (states[state] ?? 0) + 1;
  return {
    proxies: proxies.length,
    states,
    read: examination.proxies.length,
    unread: examination.skipped,
    brokenAtRestart: proxies.filter((it) => it.restart === 'broken').length,
    findings: countFindings(findings),
  };
}
