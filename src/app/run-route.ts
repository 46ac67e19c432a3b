import { isAddress, readRequest } from '../explain/index.ts';
import { withAdvice } from '../model/advice.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import { buildRegistry } from '../registry/index.ts';
import { chooseState, podsAt } from './clusters/choose.ts';
import { readMesh } from './clusters/read.ts';
import type { Desired } from './desired/index.ts';
import { exitCodes } from './exit-code.ts';
import { gapsOf } from './gaps.ts';
import { type InputFlags, readGit, UserError } from './inputs.ts';
import { redactGit } from './redacted-git.ts';
import { toRegistryInput } from './registry-input.ts';
import { type Answer, ask, type Start } from './route/ask.ts';
import { agree, type Cause, causes } from './route/explain-drift.ts';
import type { Mesh } from './route/mesh.ts';
import { selectClient, selectGateway } from './route/select.ts';
import { type SideReport, sideReport } from './route/side.ts';
import { expectedSide, liveSide, type Side } from './route/sides.ts';

export interface RouteFlags extends InputFlags {
  from?: string;
  gateway?: string;
  request?: string;
  header?: string[];
  'client-ip'?: string;
  /** One side only. */
  side?: 'git' | 'live';
}

/** The answer of `kubectl mesh route`. Part of the versioned JSON contract (docs/schema/route-report.schema.json). */
export interface RouteReport {
  schemaVersion: '1';
  request: { from: string | null; gateway: string | null; method: string; url: string; headers: string[] };
  /** Undefined where it was not asked for. */
  expected?: SideReport;
  live?: SideReport;
  /** Whether both sides agree; undefined where only one was asked. */
  agree?: boolean;
  causes: Cause[];
  notes: string[];
}

/**
 * `kubectl mesh route`: follows one request on both sides.
 *
 * @throws UserError, RequestError for an unknown workload or host, a malformed request, a proxy that cannot be read
 */
export async function runRoute(
  flags: RouteFlags,
  url: string,
  signal: AbortSignal,
): Promise<{ report: RouteReport; code: number }> {
  if (flags.from !== undefined && flags.gateway !== undefined)
    throw new UserError('a request starts at one place: --from or --gateway, not both');
  if (flags.from === undefined && flags.gateway === undefined)
    throw new UserError('say where the request starts: --from NAMESPACE/WORKLOAD or --gateway NAMESPACE/NAME');
  const clientIp = flags['client-ip'];
  if (clientIp !== undefined && !isAddress(clientIp)) throw new UserError(`--client-ip "${clientIp}" is no IP address`);
  const method = flags.request ?? 'GET';
  const request = readRequest(url, flags.header, method);
  const clusters = await readMesh(flags, signal);
  const start = flags.from ?? flags.gateway ?? '';
  const chosen = chooseState(clusters, start, (state, name) => findStart(flags, state, name, request.port));
  const state = flags['no-proxies'] ? { ...chosen.state, proxies: [] } : chosen.state;
  const named = { ...flags, [flags.from === undefined ? 'gateway' : 'from']: chosen.name };
  const notes = clusters.unread.map(({ message }) => `error: ${message}`);
  const git = await optionalGit(flags, state, signal, notes);
  const gaps = gapsOf(state, git);
  notes.push(...gaps.notes);
  const asked = askedSide(flags);
  const question =
    (side: Side) =>
    (mesh: Mesh): Answer | undefined => {
      const start = startOf(named, side, request.port);
      return ask(mesh, start, request, { now: Math.floor(Date.parse(state.takenAt) / 1000) });
    };
  const report: RouteReport = {
    schemaVersion: '1',
    request: { from: flags.from ?? null, gateway: flags.gateway ?? null, method, url, headers: flags.header ?? [] },
    causes: [],
    notes,
  };
  if (asked !== 'live') {
    const side = expectedSide(state, git, signal);
    report.expected = await reported(side, question(side), flags);
  }
  if (asked !== 'git') {
    const side = liveSide(state, git, signal);
    report.live = await reported(side, question(side), flags);
  }
  if (report.expected && report.live) {
    report.agree = agree(report.expected, report.live);
    if (!report.agree && git) report.causes = causes(state, git, report.expected, report.live);
  }
  const complete = gaps.complete && clusters.unread.length === 0;
  // Sides that differ may do so for what was not read.
  if (report.agree === false && gaps.complete) return { report, code: exitCodes.found };
  return { report, code: complete ? exitCodes.clean : exitCodes.incomplete };
}

/**
 * The one side that is asked, where the flags leave one: without proxies there is no live one.
 *
 * @throws UserError where they leave none
 */
export function askedSide(flags: RouteFlags): 'git' | 'live' | undefined {
  if (!flags['no-proxies']) return flags.side;
  if (flags.side === 'live') throw new UserError('--side live is what the proxies hold; --no-proxies reads none');
  return 'git';
}

async function reported(
  side: Side,
  question: (mesh: Mesh) => Answer | undefined,
  flags: RouteFlags,
): Promise<SideReport> {
  const answer = await side.answer(question);
  if (answer) return sideReport(answer, side.origins);
  const reason = (side.problems ?? []).map(({ message, advice }) => `: ${withAdvice(message, advice)}`)[0] ?? '';
  throw new UserError(
    withAdvice(
      `the proxy of ${flags.from ?? flags.gateway} could not be read, so what it does is not known${reason}`,
      '--side git shows what Git says',
    ),
  );
}

/** @throws UserError where a cluster has nothing of the name */
function findStart(flags: RouteFlags, state: ClusterState, name: string, port: number): void {
  if (flags.from !== undefined) selectClient(name, podsAt(state));
  else selectGateway(name, port, buildRegistry(toRegistryInput(state)));
}

function startOf(flags: RouteFlags, side: Side, port: number): Start {
  if (flags.from !== undefined) return { kind: 'pod', pod: selectClient(flags.from, side.pods) };
  return { kind: 'gateway', ...selectGateway(flags.gateway ?? '', port, side.registry), clientIp: flags['client-ip'] };
}

/** Git, where it is named or found; without it the API server's objects stand for what is expected. */
export async function optionalGit(
  flags: InputFlags,
  state: ClusterState,
  signal: AbortSignal,
  notes: string[],
): Promise<Desired | undefined> {
  try {
    const git = redactGit(await readGit(flags, signal), state);
    notes.push(...git.hidden.map(({ message }) => message));
    return git;
  } catch (error) {
    if (!(error instanceof UserError) || flags.git !== undefined || flags.ref !== undefined) throw error;
    notes.push("no Git repository was read: expected is what the API server's objects say");
    return undefined;
  }
}
