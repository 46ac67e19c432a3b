/**
 * `npm run labels:check [-- RECORDING...]`: runs `check` on every recording and holds its findings against the labels that
 * people wrote (`expect` in scenario.yaml), and against the objects that were refused (`refused`): found, missed, extra. Prints a table; exits 1 where anything is missed or extra.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { runCheck } from '../src/app/run-check.ts';
import { type Label, matches, workloads } from './labels/match.ts';
import { isRefusal, type Refused } from './labels/refused.ts';
import { type Row, writeRows } from './labels/rows.ts';

const kinds = new Set(['conflict', 'shadowed', 'missing-route', 'unresolved', 'mtls', 'authz', 'scope']);

const root = process.env['MESH_RECORDINGS'] ?? '.recordings';
const wanted = process.argv.slice(2).filter((it) => !it.startsWith('-'));
const names = globSync('*/*/scenario.yaml', { cwd: root })
  .map(dirname)
  .filter((name) => !basename(name).startsWith('review-'))
  .filter((name) => wanted.length === 0 || wanted.some((it) => name.includes(it)))
  .sort();

const total = { found: 0, missed: 0, extra: 0 };
const rows: Row[] = [];
for (const name of names) {
  const folder = join(root, name);
  const { expect = {}, refused = [] } = load(readFileSync(join(folder, 'scenario.yaml'), 'utf8')) as {
    expect?: { findings?: Label[] };
    refused?: Refused[];
  };
  const labels = (expect.findings ?? []).filter((it) => kinds.has(it.kind));
  const path = existsSync(join(folder, 'rendered')) ? 'rendered' : 'git';
  const withGit =
    !process.argv.includes('--no-git') && globSync('**/*.{yaml,yml}', { cwd: join(folder, path) }).length > 0;
  const git = withGit ? { git: folder, ref: 'WORKTREE', path: [path] } : {};
  const flags = { ...git, capture: join(folder, 'capture') };
  const start = performance.now();
  const outcome = await runCheck(flags, 'labels', AbortSignal.timeout(120_000)).catch((error: Error) => error);
  const ms = Math.round(performance.now() - start);
  if (outcome instanceof Error) {
    total.missed += Math.max(1, labels.length);
    console.log(`${name}: FAILED ${outcome.stack}`);
    continue;
  }
  const { report } = outcome;
  const before = { ...total };
  const extra: string[] = [];
  const left = new Set(report.findings);
  const lines: string[] = [];
  for (const label of labels) {
    const match = [...left].find((finding) => matches(label, finding, report));
    if (match) {
      left.delete(match);
      total.found += 1;
    } else if (!label.may && !label.needs) {
      total.missed += 1;
      lines.push(
        `  missed ${label.severity} ${label.kind} ${label.resource} ${label.field ?? ''} ${label.git?.file ?? ''}:${label.git?.line ?? ''} proxies ${JSON.stringify(label.proxies)}`,
      );
    }
  }
  for (const object of refused) {
    const match = [...left].find((finding) => isRefusal(object, finding));
    if (match) {
      left.delete(match);
      total.found += 1;
    } else {
      total.missed += 1;
      lines.push(`  missed refused ${object.file}: ${object.why.slice(-140)}`);
    }
  }
  for (const finding of left) {
    if (finding.severity !== 'info') {
      total.extra += 1;
      extra.push(`${finding.severity} ${finding.code} ${finding.resource} ${finding.field}`);
    }
    if (finding.severity === 'info' && !process.argv.includes('--info')) continue;
    const at = finding.location ? `${finding.location.file}:${finding.location.line}` : '';
    lines.push(
      `  extra ${finding.severity} ${finding.code} ${finding.resource} ${finding.field} ${at} [${workloads(finding, report).join(',')}] ${finding.message} | ${finding.effect}`,
    );
  }
  if (lines.length > 0 || labels.length > 0)
    console.log(`${name}: ${labels.length} labels, ${report.findings.length} findings, ${ms} ms`);
  for (const line of lines) console.log(line.slice(0, 420));
  rows.push({
    recording: name,
    command: 'check',
    labels: labels.filter((it) => !it.may && !it.needs).length + refused.length,
    found: total.found - before.found,
    missed: total.missed - before.missed,
    extra,
  });
}
console.log(
  `${names.length} recordings: ${total.found} labels found, ${total.missed} missed, ${total.extra} extra errors and warnings`,
);
writeRows(rows);
process.exitCode = total.missed + total.extra > 0 ? 1 : 0;
