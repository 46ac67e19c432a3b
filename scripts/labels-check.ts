/**
 * `npm run labels:check [-- WORD...]`: runs `check` on every recording and holds its findings against the labels that
 * people wrote (`expect` in scenario.yaml), and against the objects that were refused (`refused`): found, missed, extra.
 * Exits 1 where anything is missed or extra. `--info` prints notes as well, `--no-git` judges the live state.
 */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runCheck } from '../src/app/run-check.ts';
import { hold, inWords } from './labels/hold.ts';
import { labelledRecordings } from './labels/recordings.ts';
import { isRefusal } from './labels/refused.ts';
import { Rows } from './labels/rows.ts';

const kinds = new Set(['conflict', 'shadowed', 'missing-route', 'unresolved', 'mtls', 'authz', 'scope']);
const withInfo = process.argv.includes('--info');
const rows = new Rows('check');
for (const recording of labelledRecordings()) {
  const { name, folder, path, expect, refused } = recording;
  if (basename(name).startsWith('review-')) continue;
  const labels = (expect.findings ?? []).filter((it) => kinds.has(it.kind));
  const withGit =
    !process.argv.includes('--no-git') && globSync('**/*.{yaml,yml}', { cwd: join(folder, path) }).length > 0;
  const git = withGit ? { git: folder, ref: 'WORKTREE', path: [path] } : {};
  const flags = { ...git, capture: join(folder, 'capture') };
  const start = performance.now();
  const outcome = await runCheck(flags, 'labels', AbortSignal.timeout(120_000)).catch((error: Error) => error);
  const ms = Math.round(performance.now() - start);
  if (outcome instanceof Error) {
    rows.failed(recording, labels, outcome);
    continue;
  }
  const { report } = outcome;
  const held = hold(labels, report.findings, report, refused, isRefusal);
  const extra = held.extra.filter(({ severity }) => severity !== 'info');
  const lines = [
    ...held.missed.map((it) => `  missed ${it}`),
    ...(withInfo ? held.extra : extra).map((it) => `  extra ${inWords(it, report)}`),
  ];
  if (lines.length > 0 || labels.length > 0)
    console.log(`${name}: ${labels.length} labels, ${report.findings.length} findings, ${ms} ms`);
  for (const line of lines) console.log(line.slice(0, 420));
  rows.add(recording, labels, refused.length, held, extra);
}
rows.end();
