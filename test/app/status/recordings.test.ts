import { describe, expect, it, vi } from 'vitest';
import { judgeStatus } from '../../../scripts/status-labels/judge.ts';
import { runStatus, type StatusFlags } from '../../../src/app/run-status.ts';

vi.setConfig({ testTimeout: 30_000 });

const folder = 'fixtures/recordings/1.29';
const run = (recording: string, names: string[] = [], flags: Partial<StatusFlags> = {}) =>
  runStatus({ capture: `${folder}/${recording}/capture`, ...flags }, names, 'test', AbortSignal.timeout(30_000));
const withGit = (recording: string) => ({ git: `${folder}/${recording}`, ref: 'WORKTREE', path: ['git'] });

describe('status on recorded meshes', () => {
  it.each<[string, string[] | undefined, object]>([
    ['drift-several', undefined, { stale: [], rejected: [], idle: [] }],
    [
      'fault-stale-one',
      ['shop/frontend-v1-6dddf95df-b695w', 'shop/cart-v1-5c68bdf7ff-24lkp'],
      { stale: ['shop/frontend-v1'], rejected: [], idle: [] },
    ],
    [
      'fault-nack-lua',
      ['shop/cart-v1-7d7bd9fd8c-r8zwz', 'shop/frontend-v1-6dddf95df-b695w'],
      { stale: [], rejected: ['shop/cart-v1'], idle: [] },
    ],
  ])('tells the labelled stale and rejected proxies and no others, as drift does: %s', async (name, proxy, told) => {
    const judgement = await judgeStatus(`${folder}/${name}`, proxy);
    expect(judgement.problems).toEqual([]);
    expect(judgement.told).toEqual(told);
  });

  it('says what a late proxy still does, since when, and where that stands in Git', async () => {
    const { report, code } = await run('fault-stale-one', ['frontend'], withGit('fault-stale-one'));
    const [proxy] = report.proxies;
    expect(proxy).toMatchObject({ state: 'stale', behindSeconds: 9, differs: true, restart: 'same' });
    expect(proxy?.types).toMatchObject({
      cluster: { state: 'STALE', ageSeconds: 9 },
      endpoint: { state: 'SYNCED' },
      extension: { state: 'IGNORED' },
    });
    expect(proxy?.connections).toEqual([
      { istiod: 'istiod-lab-0', revision: 'default', version: '1.29.0-unknown-Clean' },
    ]);
    expect(report.findings).toHaveLength(1);
    expect(report.findings[0]?.effect).toBe('frontend-v1 still sends to subset v1 instead of v2: 9 s behind');
    expect(report.findings[0]?.location?.line).toBe(18);
    expect(code).toBe(1);
  });

  it('leads a rejected update to its line, and names what a restart would lose', async () => {
    const { report } = await run('fault-nack-lua', ['shop/cart'], withGit('fault-nack-lua'));
    const [cart] = report.proxies;
    expect(cart?.types.listener).toMatchObject({ state: 'REJECTED', error: expect.stringContaining("')' expected") });
    expect(cart?.rejections).toMatchObject([
      { name: 'virtualInbound', resource: 'EnvoyFilter shop/cart-audit', location: { line: 26 } },
    ]);
    expect(cart).toMatchObject({ restart: 'broken', restartLacks: ['listener virtualInbound'] });
    expect(report.findings.map(({ code }) => code).sort()).toEqual(['MESH0012', 'MESH0013']);
    expect(report.summary.brokenAtRestart).toBe(1);
  });

  it('does without dumps and without Git, and then says what it does not know', async () => {
    const { report, code } = await run('fault-stale-one', ['frontend'], { 'no-proxies': true });
    expect(report.proxies[0]).toMatchObject({ state: 'stale', read: false, differs: null, effects: [] });
    expect(report.findings).toMatchObject([{ code: 'MESH0010', severity: 'warning' }]);
    expect(report.findings[0]?.effect).toContain('not known');
    expect(code).toBe(1);
    const nack = await run('fault-nack-lua', ['cart'], { 'no-proxies': true });
    expect(nack.report.proxies[0]).toMatchObject({ state: 'rejected', restart: 'broken' });
    expect(nack.report.findings.map((it) => it.code)).toContain('MESH0012');
  });

  it('is clean on a mesh in sync, and wants a proxy to look at', async () => {
    const { report, code } = await run('baseline', [], { proxy: ['payments/payment-v1-8545f79b46-rxgwx'] });
    expect([report.findings, report.complete, code]).toEqual([[], true, 0]);
    await expect(run('baseline', ['nothing'])).rejects.toThrow(/no proxy nothing/);
    await expect(run('baseline', [], { namespace: 'legacy' })).rejects.toThrow(/no proxy is selected/);
  });
});
