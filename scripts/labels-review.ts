/**
 * `npm run labels:review [-- RECORDING...]`: makes a repository of two commits of every `review-*` recording, base and
 * head, runs `review` on it and holds what it introduces and fixes against the labels. Exits 1 where anything is missed or
 * extra.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runReview } from '../src/app/run-review.ts';
import { hold, inWords } from './labels/hold.ts';
import { labelledRecordings } from './labels/recordings.ts';
import { Rows } from './labels/rows.ts';

const rows = new Rows('review');
for (const recording of labelledRecordings('*/review-*/scenario.yaml')) {
  const { name, folder, expect } = recording;
  const labels = [...(expect.findings ?? []), ...(expect.fixed ?? [])];
  const repository = repositoryOf(folder);
  try {
    const flags = { git: repository, path: ['git'], capture: join(folder, 'capture') };
    const { report } = await runReview('base..head', flags, 'labels', AbortSignal.timeout(120_000));
    const review = report.review;
    console.log(
      `${name}: ${report.findings.length} introduced, ${review?.fixed.length} fixed, ${review?.unchanged.length} unchanged, ${review?.changes.length} changes, ${review?.blastRadius.length} groups of proxies, ${review?.requests.length} requests, rollout ${review?.rollout.join(' ')}`,
    );
    const introduced = hold(expect.findings ?? [], report.findings, report);
    const fixed = hold(expect.fixed ?? [], review?.fixed ?? [], report);
    const held = {
      found: introduced.found + fixed.found,
      missed: [...introduced.missed.map((it) => `introduced ${it}`), ...fixed.missed.map((it) => `fixed ${it}`)],
      extra: [...introduced.extra, ...fixed.extra].filter(({ severity }) => severity !== 'info'),
    };
    for (const line of held.missed) console.log(`  missed ${line}`);
    for (const it of held.extra) console.log(`  extra ${inWords(it, report)}`);
    rows.add(recording, labels, 0, held, held.extra);
    if (process.argv.includes('--verbose')) {
      for (const change of review?.changes ?? []) console.log('  change', JSON.stringify(change));
      for (const group of review?.blastRadius ?? []) console.log('  blast', JSON.stringify(group).slice(0, 600));
      for (const request of review?.requests ?? []) console.log('  request', JSON.stringify(request));
    }
  } catch (error) {
    rows.failed(recording, labels, error as Error);
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
}
rows.end();

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
