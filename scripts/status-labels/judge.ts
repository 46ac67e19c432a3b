import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { runDrift } from '../../src/app/run-drift.ts';
import { runStatus } from '../../src/app/run-status.ts';
import type { Finding } from '../../src/model/finding.ts';

interface Label {
  kind: string;
  severity: string;
  resource: string;
  proxies?: 'all' | 'none' | string[];
}

/** Workloads as `namespace/workload`, by how their proxies stand; a workload may be in two groups. */
interface Told {
  /** Behind, and doing something else because of it. */
  stale: string[];
  rejected: string[];
  /** Behind, and doing what they should. */
  idle: string[];
}

export interface Judgement {
  told: Told;
  proxies: number;
  /** What is told otherwise than labelled, a line each. */
  problems: string[];
}

/** Runs `status` and `drift` on one recording and compares what they tell of proxies with its labels. */
export async function judgeStatus(folder: string, proxy?: string[]): Promise<Judgement> {
  const text = readFileSync(join(folder, 'scenario.yaml'), 'utf8');
  const { expect = {} } = load(text) as { expect?: { findings?: Label[] } };
  const labels = expect.findings ?? [];
  const path = existsSync(join(folder, 'rendered')) ? 'rendered' : 'git';
  const flags = { git: folder, ref: 'WORKTREE', path: [path], capture: join(folder, 'capture'), concurrency: 2, proxy };
  const signal = AbortSignal.timeout(120_000);
  const { report } = await runStatus(flags, [], 'labels', signal);
  const drift = (await runDrift(flags, 'labels', signal, () => undefined)).report;
  const workload = new Map(report.proxies.map((it) => [it.id, `${it.id.split('/')[0]}/${it.workload}`]));
  const named = (ids: readonly string[]): string[] => [...new Set(ids.map((id) => workload.get(id) ?? id))].sort();
  const of = (findings: readonly Finding[], kind: string): string[] =>
    named(findings.filter((it) => it.kind === kind && it.severity === 'error').flatMap((it) => it.proxies));
  const known = report.proxies.filter((it) => it.workload !== '');
  const told: Told = {
    stale: named(known.filter((it) => it.effects.length > 0).map((it) => it.id)),
    rejected: named(known.filter((it) => it.state === 'rejected').map((it) => it.id)),
    idle: named(known.filter((it) => it.state !== 'synced' && it.differs === false).map((it) => it.id)),
  };
  const all = [...new Set(workload.values())];
  const problems = [
    ...unlike('status: stale', told.stale, labelled(labels, 'stale', 'error'), all),
    ...unlike('status: rejected', told.rejected, labelled(labels, 'nack', 'error'), all),
    ...unlike('status: behind without effect', told.idle, idleLabels(labels), all),
    ...unlike('drift: stale', of(drift.findings, 'stale'), labelled(labels, 'stale', 'error'), all),
    ...unlike('drift: rejected', of(drift.findings, 'nack'), labelled(labels, 'nack', 'error'), all),
  ];
  // `drift` lists the proxies that it could read.
  const states = (proxies: readonly { id: string; state: string }[]): string =>
    JSON.stringify(proxies.map(({ id, state }) => [id, state]));
  if (states(report.proxies.filter((it) => it.read)) !== states(drift.proxies))
    problems.push('status and drift tell different states');
  return { told, proxies: report.proxies.length, problems };
}

function labelled(labels: readonly Label[], kind: string, severity: string): string[] {
  return labels
    .filter((it) => it.kind === kind && it.severity === severity)
    .flatMap(({ proxies }) => (Array.isArray(proxies) ? proxies : []));
}

function idleLabels(labels: readonly Label[]): string[] {
  return labels
    .filter((it) => it.kind === 'stale' && it.severity === 'info')
    .map(({ resource }) => resource.replace('Pod ', ''));
}

/** A label `shop/checkout` means all versions of the workload, `shop/checkout:v1` one. */
function unlike(what: string, told: readonly string[], labels: readonly string[], all: readonly string[]): string[] {
  const wanted = new Set(
    labels.flatMap((label) => {
      const name = label.replace(':', '-');
      return all.filter((it) => it === name || it.replace(/-v\d+$/, '') === name);
    }),
  );
  return [
    ...[...wanted].filter((it) => !told.includes(it)).map((it) => `${what}: ${it} is missing`),
    ...told.filter((it) => !wanted.has(it)).map((it) => `${what}: ${it} is one too many`),
  ];
}
