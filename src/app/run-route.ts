import { readRequest } from '../explain/index.ts';
import type { Desired } from './desired/index.ts';
import { exitCodes } from './exit-code.ts';
import { type InputFlags, readGit, readState, UserError } from './inputs.ts';
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
  if ((flags.from === undefined) === (flags.gateway === undefined))
    throw new UserError('say where the request starts: --from NAMESPACE/WORKLOAD or --gateway NAMESPACE/NAME');
  const method = flags.request ?? 'GET';
  const request = readRequest(url, flags.header, method);
  const state = await readState(flags, signal);
  const notes: string[] = [];
  const git = await optionalGit(flags, signal, notes);
  const question =
    (side: Side) =>
    (mesh: Mesh): Answer | undefined => {
      const start = startOf(flags, side, request.port);
      return ask(mesh, start, request, { now: Math.floor(Date.parse(state.takenAt) / 1000) });
    };
  const report: RouteReport = {
    schemaVersion: '1',
    request: { from: flags.from ?? null, gateway: flags.gateway ?? null, method, url, headers: flags.header ?? [] },
    causes: [],
    notes,
  };
  if (flags.side !== 'live') {
    const side = expectedSide(state, git);
    report.expected = await reported(side, question(side), flags);
  }
  if (flags.side !== 'git') {
    const side = liveSide(state, git, signal);
    report.live = await reported(side, question(side), flags);
  }
  if (report.expected && report.live) {
    report.agree = agree(report.expected, report.live);
    if (!report.agree && git) report.causes = causes(state, git, report.expected, report.live);
  }
  return { report, code: report.agree === false ? exitCodes.found : exitCodes.clean };
}

async function reported(
  side: Side,
  question: (mesh: Mesh) => Answer | undefined,
  flags: RouteFlags,
): Promise<SideReport> {
  const answer = await side.answer(question);
  if (answer) return sideReport(answer, side.origins);
  throw new UserError(
    `the proxy of ${flags.from ?? flags.gateway} could not be read, so what it does is not known; --side git shows what Git says`,
  );
}

function startOf(flags: RouteFlags, side: Side, port: number): Start {
  if (flags.from !== undefined) return { kind: 'pod', pod: selectClient(flags.from, side.pods) };
  return { kind: 'gateway', ...selectGateway(flags.gateway ?? '', port, side.registry), clientIp: flags['client-ip'] };
}

/** Git, where it is named or found; without it the API server's objects stand for what is expected. */
export async function optionalGit(
  flags: InputFlags,
  signal: AbortSignal,
  notes: string[],
): Promise<Desired | undefined> {
  try {
    return await readGit(flags, signal);
  } catch (error) {
    if (!(error instanceof UserError) || flags.git !== undefined || flags.ref !== undefined) throw error;
    notes.push("no Git repository was read: expected is what the API server's objects say");
    return undefined;
  }
}
