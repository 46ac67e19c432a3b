/**
 * `npm run labels [-- WORD...]`: runs `drift` on every recording and holds its findings against the labels that people
 * wrote (`expect` in scenario.yaml), and against the objects that were refused (`refused`): found, missed, extra. Exits 1
 * where anything is missed or extra. `--check` has the rules judge as well, `--verbose` prints evidence.
 */
import { runDrift } from '../src/app/run-drift.ts';
import { hold, inWords } from './labels/hold.ts';
import { labelledRecordings } from './labels/recordings.ts';
import { isNotApplied } from './labels/refused.ts';
import { Rows } from './labels/rows.ts';

/** Kinds of findings that `drift` itself reports; the others are for rule checks. */
const kindsOfDrift = new Set(['drift', 'stale', 'nack']);
const check = process.argv.includes('--check');
if (check)
  for (const kind of ['conflict', 'shadowed', 'missing-route', 'unresolved', 'mtls', 'authz', 'scope'])
    kindsOfDrift.add(kind);
const verbose = process.argv.includes('--verbose');

const rows = new Rows('drift');
for (const recording of labelledRecordings()) {
  const { name, folder, applied, expect, refused } = recording;
  const labels = (expect.findings ?? []).filter((it) => kindsOfDrift.has(it.kind));
  const flags = { git: folder, ref: 'WORKTREE', path: [applied], capture: `${folder}/capture`, concurrency: 2, check };
  const start = performance.now();
  const outcome = await runDrift(flags, 'labels', AbortSignal.timeout(120_000), () => {}).catch(
    (error: Error) => error,
  );
  const ms = Math.round(performance.now() - start);
  if (outcome instanceof Error) {
    rows.failed(recording, labels, outcome);
    continue;
  }
  const { report } = outcome;
  const findings = report.findings.filter((it) => it.severity !== 'info' || kindsOfDrift.has(it.kind));
  const held = hold(labels, findings, report, refused, isNotApplied);
  console.log(`${name}: ${labels.length} labels, ${findings.length} findings, ${ms} ms`);
  const lines = [
    ...held.missed.map((it) => `  missed ${it}`),
    ...held.extra.map((it) => `  extra ${inWords(it, report)}${verbose ? ` ${JSON.stringify(it.evidence?.[0])}` : ''}`),
  ];
  for (const line of lines.slice(0, 12)) console.log(line.slice(0, verbose ? 900 : 260));
  if (lines.length > 12) console.log(`  ... and ${lines.length - 12} more`);
  rows.add(recording, labels, refused.length, held, held.extra);
}
rows.end();
