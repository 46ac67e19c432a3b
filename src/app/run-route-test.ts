import { readFile } from 'node:fs/promises';
import { readRequest } from '../explain/index.ts';
import { withAdvice } from '../model/advice.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import { chooseState } from './clusters/choose.ts';
import { readMesh } from './clusters/read.ts';
import { exitCodes } from './exit-code.ts';
import { gapsOf } from './gaps.ts';
import { UserError } from './inputs.ts';
import { ask, type Start } from './route/ask.ts';
import { type Coverage, coverage } from './route/coverage.ts';
import { mistakes } from './route/expectation.ts';
import { selectClient, selectGateway } from './route/select.ts';
import { type SideReport, sideReport } from './route/side.ts';
import { expectedSide, liveSide, type Side } from './route/sides.ts';
import { type RouteTest, readTestFile } from './route/test-file.ts';
import { sideLines } from './route/text.ts';
import { askedSide, optionalGit, type RouteFlags } from './run-route.ts';

export interface RouteTestFlags extends RouteFlags {
  'fail-under'?: number;
}

type Asked = 'git' | 'live';

/** One test on one side. */
export interface TestResult {
  file: string;
  line: number;
  name: string;
  side: Asked;
  passed: boolean;
  mistakes: string[];
  /** How the request went, where the test failed. */
  trail: string[];
}

/** The answer of `kubectl mesh route test` (docs/schema/route-test-report.schema.json). */
export interface RouteTestReport {
  schemaVersion: '1';
  passed: number;
  failed: number;
  results: TestResult[];
  coverage: Coverage;
  failUnder: number | null;
  notes: string[];
}

/**
 * `kubectl mesh route test`: follows the requests of files on both sides and holds them against what they should do.
 *
 * @throws UserError where a file cannot be read or says nothing
 */
export async function runRouteTest(
  flags: RouteTestFlags,
  files: readonly string[],
  signal: AbortSignal,
): Promise<{ report: RouteTestReport; code: number }> {
  if (files.length === 0) throw new UserError('no file with tests was given');
  const tests = (await Promise.all(files.map((file) => readTests(file, flags)))).flat();
  const notes: string[] = [];
  const clusters = await readMesh(flags, signal);
  const states = flags['no-proxies'] ? clusters.states.map((it) => ({ ...it, proxies: [] })) : clusters.states;
  const [state] = states as [ClusterState, ...ClusterState[]];
  const git = await optionalGit(flags, state, signal, notes);
  const gaps = states.map((it) => gapsOf(it, git));
  notes.push(
    ...clusters.unread.map(({ message }) => `error: ${message}`),
    ...new Set(gaps.flatMap((gap) => gap.notes)),
  );
  const wanted = askedSide(flags);
  const now = Math.floor(Date.parse(state.takenAt) / 1000);
  const results: TestResult[] = [];
  const sides = wanted ? [wanted] : (['git', 'live'] as const);
  const taken: Record<Asked, SideReport[]> = { git: [], live: [] };
  for (const side of sides) {
    const asked = new Map(
      states.map((it) => [it, side === 'git' ? expectedSide(it, git, signal) : liveSide(it, git, signal)]),
    );
    for (const test of tests) results.push(await runTest(test, side, asked, now, taken[side]));
  }
  const failed = results.filter((it) => !it.passed).length;
  // Each side's decisions are places in its own objects.
  const [counted] = sides;
  const inCluster = states.flatMap((it) => it.resources);
  const covered = coverage(counted === 'git' && git ? git.resources : inCluster, taken[counted], git?.resources);
  const failUnder = flags['fail-under'] ?? null;
  const report: RouteTestReport = {
    schemaVersion: '1',
    passed: results.length - failed,
    failed,
    results,
    coverage: covered,
    failUnder,
    notes,
  };
  const low = failUnder !== null && covered.percent < failUnder;
  if (failed > 0 || low) return { report, code: exitCodes.found };
  const complete = clusters.unread.length === 0 && gaps.every((gap) => gap.complete);
  return { report, code: complete ? exitCodes.clean : exitCodes.incomplete };
}

async function readTests(file: string, flags: RouteTestFlags): Promise<RouteTest[]> {
  const text = await readFile(file, 'utf8').catch((error: Error) => error);
  if (text instanceof Error) throw new UserError(`${file}: cannot be read: ${text.message}`);
  return readTestFile(file, text, { from: flags.from, gateway: flags.gateway });
}

function unreadable({ problems }: Side): string {
  const [first] = problems ?? [];
  return `the proxy that sends could not be read${first ? `: ${withAdvice(first.message, first.advice)}` : ''}`;
}

async function runTest(
  test: RouteTest,
  name: TestResult['side'],
  sides: ReadonlyMap<ClusterState, Side>,
  now: number,
  taken: SideReport[],
): Promise<TestResult> {
  const result = { file: test.file, line: test.line, name: test.name, side: name };
  try {
    const request = readRequest(test.url, test.headers, test.method);
    const startIn = (side: Side, given: string): Start =>
      test.from !== undefined
        ? { kind: 'pod', pod: selectClient(given, side.pods) }
        : { kind: 'gateway', ...selectGateway(given, request.port, side.registry), clientIp: test.clientIp };
    const sideOf = (state: ClusterState): Side => sides.get(state) as Side;
    const chosen = chooseState({ states: [...sides.keys()] }, test.from ?? test.gateway ?? '', (state, given) => {
      startIn(sideOf(state), given);
    });
    const side = sideOf(chosen.state);
    const start = startIn(side, chosen.name);
    const answer = await side.answer((mesh) => ask(mesh, start, request, { now }));
    if (!answer) return { ...result, passed: false, mistakes: [unreadable(side)], trail: [] };
    const report = sideReport(answer, side.origins);
    taken.push(report);
    const found = mistakes(test.expect, report, test.url);
    return {
      ...result,
      passed: found.length === 0,
      mistakes: found,
      trail: found.length === 0 ? [] : sideLines(report, report),
    };
  } catch (error) {
    if ((error as { expected?: boolean }).expected !== true) throw error;
    return { ...result, passed: false, mistakes: [(error as Error).message], trail: [] };
  }
}
