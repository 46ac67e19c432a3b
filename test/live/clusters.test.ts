import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCapture } from '../../src/app/run-capture.ts';
import { runCheck } from '../../src/app/run-check.ts';
import { runCompile } from '../../src/app/run-compile.ts';
import { runDrift } from '../../src/app/run-drift.ts';
import { runRoute } from '../../src/app/run-route.ts';
import { runStatus } from '../../src/app/run-status.ts';
import { runVerify } from '../../src/app/run-verify.ts';
import { text } from '../../src/report/text.ts';
import { captureAs, type ServedClusters, serveClusters } from '../support/several-clusters.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const recordings = 'fixtures/recordings/1.29';
const { signal } = new AbortController();
const nothing = () => undefined;
const frontend = 'shop/frontend-v1-6dddf95df-b695w';
const cart = 'shop/cart-v1-5c68bdf7ff-24lkp';
const both = { context: ['east', 'west'] };
const git = { git: `${recordings}/fault-stale-one`, ref: 'WORKTREE', path: ['git'] };
let clusters: ServedClusters;
let capture: string;
let lines: string[];

beforeAll(async () => {
  const folder = `${recordings}/fault-stale-one/capture`;
  clusters = await serveClusters({
    east: captureAs(folder, 'Kubernetes', ['Kubernetes']),
    west: captureAs(folder, 'west', ['west']),
  });
  capture = join(mkdtempSync(join(tmpdir(), 'mesh-several-')), 'both.tgz');
  ({ lines } = await runCapture({ kubeconfig: clusters.kubeconfig, ...both }, capture, signal, nothing));
});
afterAll(async () => {
  await clusters?.close();
  rmSync(capture, { force: true });
});

const sources = {
  'live clusters': () => ({ kubeconfig: clusters.kubeconfig, ...both, 'proxy-timeout': '5s' }),
  'a capture of them': () => ({ capture }),
};

it('a capture says how many proxies of all clusters it has', () => {
  expect(lines.at(-1)).toMatch(/^wrote \d+ objects and 4 of 28 proxies to /);
  expect(lines.slice(0, -1).filter((line) => !line.includes('cluster east') && !line.includes('cluster west'))).toEqual(
    [],
  );
});

describe.each(Object.entries(sources))('%s', (_name, flags) => {
  it('status names each proxy with its cluster, and finds the same in both as one thing', async () => {
    const { report } = await runStatus({ ...flags(), proxy: [frontend, cart] }, [], '0', signal);
    expect(report.proxies.map(({ id, state, cluster }) => [id, state, cluster])).toEqual([
      [`${cart}@east`, 'synced', 'Kubernetes'],
      [`${cart}@west`, 'synced', 'west'],
      [`${frontend}@east`, 'stale', 'Kubernetes'],
      [`${frontend}@west`, 'stale', 'west'],
    ]);
    expect(report.istiods.map(({ pod, cluster, proxies }) => [pod, cluster, proxies !== null])).toEqual([
      ['istiod-lab-0', 'east', true],
      ['istiod-lab-0', 'west', true],
    ]);
    expect(report.cluster.clusters?.map(({ name, read }) => [name, read])).toEqual([
      ['east', true],
      ['west', true],
    ]);
    const [stale, ...others] = report.findings.filter(({ code }) => code === 'MESH0010');
    expect(others).toEqual([]);
    expect(stale).toMatchObject({ clusters: ['east', 'west'], proxies: [`${frontend}@east`, `${frontend}@west`] });
  });

  it('one proxy of one cluster can be named, and a name that both have means both', async () => {
    const run = async (name: string) =>
      (await runStatus({ ...flags(), 'no-proxies': true }, [name], '0', signal)).report.proxies.map(({ id }) => id);
    expect(await run(`${frontend}@west`)).toEqual([`${frontend}@west`]);
    expect(await run(frontend)).toEqual([`${frontend}@east`, `${frontend}@west`]);
    await expect(run('shop/fronted')).rejects.toThrow('no proxy shop/fronted');
    await expect(runStatus({ ...flags(), proxy: [`${cart}@wast`] }, [], '0', signal)).rejects.toThrow(
      'there is no cluster "wast" among those that are read; did you mean',
    );
  });

  it('drift and verify judge each cluster by its own objects, and say where it is so', async () => {
    const selected = { ...flags(), ...git, proxy: [frontend, cart] };
    const { report, code } = await runDrift(selected, '0', signal, nothing);
    expect(code).toBe(1);
    expect(report.summary.proxies.examined).toBe(4);
    const [late] = report.findings.filter(({ kind }) => kind === 'stale');
    expect(late).toMatchObject({ clusters: ['east', 'west'], proxies: [`${frontend}@east`, `${frontend}@west`] });
    expect(text(report, { color: false, width: 100 })).toContain('clusters: east, west');
    const verified = await runVerify(selected, '0', signal);
    expect(verified.report.proxies.map(({ id, arrival }) => [id, arrival])).toEqual([
      [`${cart}@east`, 'arrived'],
      [`${cart}@west`, 'arrived'],
      [`${frontend}@east`, 'lag'],
      [`${frontend}@west`, 'lag'],
    ]);
  });

  it('check, compile and route work on each', async () => {
    const { report } = await runCheck({ ...flags(), proxy: [frontend, cart] }, '0', signal);
    expect(report.proxies.map(({ id, cluster }) => [id, cluster])).toContainEqual([`${cart}@west`, 'west']);
    for (const { clusters: where } of report.findings) expect(where).toEqual(['east', 'west']);
    const { documents } = await runCompile(flags(), [`${cart}@west`], signal);
    expect(documents).toHaveLength(1);
    expect(documents[0]).toContain(';west"');
    const route = { ...flags(), side: 'live' as const };
    const url = 'http://catalog:8080/items';
    const east = await runRoute({ ...route, from: 'shop/frontend-v1@east' }, url, signal);
    expect(east.report.live).toBeDefined();
    await expect(runRoute({ ...route, from: 'shop/frontend-v1' }, url, signal)).rejects.toThrow(
      'shop/frontend-v1 is in several clusters; write shop/frontend-v1@east or shop/frontend-v1@west',
    );
  });
});

it('what only one cluster differs in is said of that one', async () => {
  const { report } = await runDrift(
    {
      kubeconfig: (await only()).kubeconfig,
      ...both,
      ref: 'WORKTREE',
      path: [`${recordings}/drift-several/git`],
      'no-proxies': true,
    },
    '0',
    signal,
    nothing,
  );
  const where = new Set(report.findings.map(({ clusters: names }) => names?.join()));
  expect(where.size).toBeGreaterThan(1);
  expect([...where].every((it) => it === 'east' || it === 'west' || it === 'east,west')).toBe(true);
  await others?.close();
});

let others: ServedClusters | undefined;
async function only(): Promise<ServedClusters> {
  others = await serveClusters({
    east: captureAs(`${recordings}/drift-several/capture`, 'Kubernetes', ['Kubernetes']),
    west: captureAs(`${recordings}/baseline/capture`, 'west', ['west']),
  });
  return others;
}

describe('one cluster that cannot be read', () => {
  const broken = () => {
    const config = JSON.parse(readFileSync(clusters.kubeconfig, 'utf8'));
    config.clusters.push({ name: 'north', cluster: { server: 'http://127.0.0.1:1' } });
    config.contexts.push({ name: 'north', context: { cluster: 'north', user: 'east' } });
    const file = `${clusters.kubeconfig}-broken`;
    writeFileSync(file, JSON.stringify(config));
    return { kubeconfig: file, context: ['east', 'north'], proxy: [cart] };
  };

  it('is said, the others are shown, and the run is not clean', async () => {
    const { report, code } = await runStatus({ ...broken(), 'fail-on': 'never' }, [], '0', signal);
    expect(report.proxies.map(({ id }) => id)).toEqual([`${cart}@east`]);
    expect(report.diagnostics[0]).toMatchObject({
      severity: 'error',
      subject: 'north',
      message: expect.stringMatching(/^cluster north could not be read: .*127\.0\.0\.1:1/),
    });
    expect([report.complete, code]).toEqual([false, 2]);
  });

  it('is kept in a capture as one that was not read', async () => {
    const { proxy: _, ...flags } = broken();
    const folder = join(mkdtempSync(join(tmpdir(), 'mesh-partial-')), 'capture');
    const written = await runCapture({ ...flags, namespace: 'shop' }, folder, signal, nothing);
    expect(written.lines[0]).toMatch(/^error: cluster north could not be read: /);
    expect(written.code).toBe(2);
    const { report, code } = await runStatus({ capture: folder, 'fail-on': 'never' }, [cart], '0', signal);
    expect(report.diagnostics[0]?.message).toMatch(/^cluster north could not be read: when the capture was taken/);
    expect(code).toBe(2);
    await expect(runStatus({ capture: folder, context: ['nort'] }, [], '0', signal)).rejects.toThrow('north');
  });

  it('ends the run where it is all of them', async () => {
    const flags = { ...broken(), context: ['north', 'nort'] };
    await expect(runStatus(flags, [], '0', signal)).rejects.toThrow(/cluster north .*\n?.*there is no context "nort"/s);
  });
});
