import { readFileSync } from 'node:fs';
import { type CheckGit, type CheckOptions, check } from '../../src/app/check/index.ts';
import { type DriftGit, drift } from '../../src/app/drift/index.ts';
import { review } from '../../src/app/review/index.ts';
import { readCaptureState } from '../../src/io/capture-source.ts';
import type { ClusterState } from '../../src/model/cluster-state.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Report } from '../../src/model/report.ts';
import { readManifest } from '../../src/source/manifest.ts';
import { toResource } from '../../src/source/object.ts';
import { ownershipBy } from '../../src/source/ownership.ts';
import { scanWaivers } from '../../src/source/waiver/scan.ts';

/** The mesh of which the pages' examples speak. */
const mesh = 'fixtures/recordings/1.29/baseline/capture';
const options: CheckOptions & { tool: Report['tool'] } = {
  tool: { name: 'kubectl mesh', version: '0.0.0', command: 'check' },
  cluster: {},
  today: '2026-06-15',
};
let captured: Promise<ClusterState> | undefined;

/** The examples of a page below one of its headings: the texts of its blocks of YAML. */
export function examplesOf(code: string, heading: 'Fires' | 'Does not fire'): string[] {
  const page = readFileSync(`docs/rules/${code}.md`, 'utf8');
  const section = page.split(/^## /m).find((it) => it.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text ?? '');
}

/**
 * The codes that the command prints which gives a code, for an example laid over the recorded mesh. The first line of a
 * block may say where it stands: `# Git`, `# the cluster`, or of a review `# before` and `# after`.
 */
export async function codesOfExample(code: string, blocks: readonly string[]): Promise<Set<string>> {
  captured ??= readCaptureState(mesh);
  const side = (name: RegExp): string =>
    blocks.filter((block) => name.test(/^# (.*)$/m.exec(block.split('\n')[0] ?? '')?.[1] ?? '')).join('---\n');
  const live = side(/^the cluster/);
  const state = withObjects(await captured, live);
  const report = await judged(Number(code.slice('MESH'.length)), state, {
    git: blocks.filter((block) => !/^# (the cluster|before|after)/.test(block)).join('---\n'),
    before: side(/^before/),
    after: side(/^after/),
  });
  return new Set([...report.findings, ...report.waived].map((finding) => finding.code));
}

/** Codes below 100 are told by drift, those of a change by review, all others by check. */
async function judged(
  code: number,
  state: ClusterState,
  { git, before, after }: { git: string; before: string; after: string },
): Promise<Report> {
  if (before !== '' || after !== '') return review(gitOf(before), gitOf(after), state, options);
  if (code < 10) return drift(gitOf(git), state, { ...options, concurrency: 1, readProxies: false });
  return check(git === '' ? undefined : gitOf(git), state, options);
}

function withObjects(state: ClusterState, yaml: string): ClusterState {
  const { resources } = readManifest('live.yaml', yaml, { namespace: 'shop' });
  const live = resources.map(({ object }) => toResource(object as JsonObject, 'api'));
  return { ...state, resources: [...state.resources, ...live] };
}

function gitOf(yaml: string): DriftGit & CheckGit {
  const file = 'mesh/example.yaml';
  const { resources, diagnostics } = readManifest(file, yaml, { namespace: 'shop' });
  if (diagnostics.length > 0) throw new Error(`${diagnostics[0]?.message} in\n${yaml}`);
  return {
    repository: '.',
    ref: 'WORKTREE',
    commit: '',
    paths: [],
    resources,
    diagnostics: [],
    config: {},
    waivers: scanWaivers(file, yaml),
    owns: (resource) => ownershipBy()(resource).owned,
    whereabouts: async () => new Map(),
  };
}
