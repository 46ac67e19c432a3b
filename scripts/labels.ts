/**
 * `npm run labels [-- RECORDING...]`: runs `drift` on every recording and holds its findings against the labels that
 * people wrote (`expect` in scenario.yaml), and against the objects that were refused (`refused`): found, missed, extra. Prints a table; exits 1 where anything is missed or extra.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { runDrift } from '../src/app/run-drift.ts';
import { type Label, matches, workloads } from './labels/match.ts';
import { isNotApplied, type Refused } from './labels/refused.ts';

/** Kinds of findings that `drift` itself reports; the others are for rule checks. */
const kindsOfDrift = new Set(['drift', 'stale', 'nack']);
/** With `--check` the rules judge as well. */
const check = process.argv.includes('--check');
if (check)
  for (const kind of ['conflict', 'shadowed', 'missing-route', 'unresolved', 'mtls', 'authz', 'scope'])
    kindsOfDrift.add(kind);

const root = process.env['MESH_RECORDINGS'] ?? '.recordings';
const wanted = process.argv.slice(2).filter((it) => !it.startsWith('-'));
const verbose = process.argv.includes('--verbose');
const folders = globSync('*/*/scenario.yaml', { cwd: root })
  .map(dirname)
  .filter(
    (name) => wanted.length === 0 || wanted.some((it) => name === it || basename(name) === it || name.includes(it)),
  )
  .sort();
if (folders.length === 0) {
  console.error(`no recordings below ${root}; set MESH_RECORDINGS`);
  process.exit(2);
}

let missed = 0;
let extra = 0;
let found = 0;
for (const name of folders) {
  const folder = join(root, name);
  const { expect = {}, refused = [] } = load(readFileSync(join(folder, 'scenario.yaml'), 'utf8')) as {
    expect?: { findings?: Label[] };
    refused?: Refused[];
  };
  const labels = (expect.findings ?? []).filter((it) => kindsOfDrift.has(it.kind));
  const path = existsSync(join(folder, 'rendered')) ? 'rendered' : 'git';
  const flags = { git: folder, ref: 'WORKTREE', path: [path], capture: join(folder, 'capture'), concurrency: 2, check };
  const start = performance.now();
  const outcome = await runDrift(flags, 'labels', AbortSignal.timeout(120_000), () => {}).catch(
    (error: Error) => error,
  );
  const ms = Math.round(performance.now() - start);
  if (outcome instanceof Error) {
    missed += Math.max(1, labels.length);
    console.log(`${name}: FAILED ${outcome.message}`);
    continue;
  }
  const { report } = outcome;
  const findings = report.findings.filter((it) => it.severity !== 'info' || kindsOfDrift.has(it.kind));
  const left = new Set(findings);
  const lines: string[] = [];
  for (const label of labels) {
    const match = [...left].find((finding) => matches(label, finding, report));
    if (match) {
      left.delete(match);
      found += 1;
    } else if (!label.may && !label.needs) {
      missed += 1;
      lines.push(
        `  missed ${label.severity} ${label.kind} ${label.resource} ${label.field ?? ''} ${label.git?.file ?? ''}:${label.git?.line ?? ''} proxies ${JSON.stringify(label.proxies)}`,
      );
    }
  }
  for (const object of refused) {
    const match = [...left].find((finding) => isNotApplied(object, finding));
    if (match) {
      left.delete(match);
      found += 1;
    } else {
      missed += 1;
      lines.push(`  missed refused ${object.file}: ${object.why.slice(-140)}`);
    }
  }
  for (const finding of left) {
    extra += 1;
    const at = finding.location ? `${finding.location.file}:${finding.location.line}` : '';
    lines.push(
      `  extra ${finding.severity} ${finding.kind} ${finding.resource} ${finding.field} ${at} ${workloads(finding, report).join(',')}${verbose ? ` ${JSON.stringify(finding.evidence?.[0])}` : ''}`,
    );
  }
  console.log(`${name}: ${labels.length} labels, ${findings.length} findings, ${ms} ms`);
  for (const line of lines.slice(0, 12)) console.log(line.slice(0, verbose ? 900 : 260));
  if (lines.length > 12) console.log(`  ... and ${lines.length - 12} more`);
}
console.log(`${folders.length} recordings: ${found} labels found, ${missed} missed, ${extra} extra findings`);
process.exitCode = missed + extra > 0 ? 1 : 0;
