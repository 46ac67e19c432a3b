/**
 * `npm run labels:review [-- RECORDING...]`: makes a repository of two commits of every `review-*` recording, base and
 * head, runs `review` on it and holds what it introduces and fixes against the labels. Exits 1 where anything is missed or
 * extra.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { runReview } from '../src/app/run-review.ts';
import type { Report } from '../src/model/report.ts';
import { type Label, matches, workloads } from './labels/match.ts';
import { type Row, writeRows } from './labels/rows.ts';

const root = process.env['MESH_RECORDINGS'] ?? '.recordings';
const wanted = process.argv.slice(2).filter((it) => !it.startsWith('-'));
const names = globSync('*/review-*/scenario.yaml', { cwd: root })
  .map(dirname)
  .filter((name) => wanted.length === 0 || wanted.some((it) => name.includes(it)))
  .sort();

const total = { found: 0, missed: 0, extra: 0 };
const rows: Row[] = [];
for (const name of names) {
  const folder = join(root, name);
  const { expect = {} } = load(readFileSync(join(folder, 'scenario.yaml'), 'utf8')) as {
    expect?: { findings?: Label[]; fixed?: Label[]; changes?: Label[] };
  };
  const repository = repositoryOf(folder);
  const flags = { git: repository, path: ['git'], capture: join(folder, 'capture') };
  try {
    const { report } = await runReview('base..head', flags, 'labels', AbortSignal.timeout(120_000));
    const review = report.review;
    console.log(
      `${name}: ${report.findings.length} introduced, ${review?.fixed.length} fixed, ${review?.unchanged.length} unchanged, ${review?.changes.length} changes, ${review?.blastRadius.length} groups of proxies, ${review?.requests.length} requests, rollout ${review?.rollout.join(' ')}`,
    );
    const before = { ...total };
    const extra = judge('introduced', expect.findings ?? [], report.findings, report);
    extra.push(...judge('fixed', expect.fixed ?? [], review?.fixed ?? [], report));
    rows.push({
      recording: name,
      command: 'review',
      labels: [...(expect.findings ?? []), ...(expect.fixed ?? [])].filter((it) => !it.may && !it.needs).length,
      found: total.found - before.found,
      missed: total.missed - before.missed,
      extra,
    });
    if (process.argv.includes('--verbose')) {
      for (const change of review?.changes ?? []) console.log('  change', JSON.stringify(change));
      for (const group of review?.blastRadius ?? []) console.log('  blast', JSON.stringify(group).slice(0, 600));
      for (const request of review?.requests ?? []) console.log('  request', JSON.stringify(request));
    }
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
}
console.log(
  `${names.length} recordings: ${total.found} labels found, ${total.missed} missed, ${total.extra} extra errors and warnings`,
);
writeRows(rows);
process.exitCode = total.missed + total.extra > 0 ? 1 : 0;

function judge(what: string, labels: Label[], findings: Report['findings'], report: Report): string[] {
  const extra: string[] = [];
  const left = new Set(findings);
  for (const label of labels) {
    const match = [...left].find((finding) => matches(label, finding, report));
    if (match) {
      left.delete(match);
      total.found += 1;
    } else if (!label.may && !label.needs) {
      total.missed += 1;
      console.log(`  missed ${what} ${JSON.stringify({ ...label, effect: undefined, fix: undefined })}`);
    }
  }
  for (const finding of left) {
    if (finding.severity === 'info') continue;
    total.extra += 1;
    extra.push(`${finding.severity} ${finding.code} ${finding.resource} ${finding.field}`);
    const at = finding.location ? `${finding.location.file}:${finding.location.line}` : '';
    console.log(
      `  extra ${what} ${finding.severity} ${finding.code} ${finding.resource} ${finding.field} ${at} [${workloads(finding, report).join(',')}] ${finding.message}`,
    );
  }
  return extra;
}

/** A repository with the branches `base` and `head`. */
function repositoryOf(folder: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'labels-review-'));
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=labels', '-c', 'user.email=labels@example.org', ...args], {
      cwd: directory,
      stdio: 'ignore',
    });
  };
  git('init', '-q', '-b', 'base');
  for (const [branch, source] of [
    ['base', 'base'],
    ['head', 'git'],
  ] as const) {
    if (branch === 'head') git('checkout', '-q', '-b', branch);
    rmSync(join(directory, 'git'), { recursive: true, force: true });
    cpSync(join(folder, source), join(directory, 'git'), { recursive: true });
    git('add', '-A');
    git('commit', '-q', '-m', branch, '--allow-empty');
  }
  return directory;
}
