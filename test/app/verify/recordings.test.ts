import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { runVerify, type VerifyFlags } from '../../../src/app/run-verify.ts';
import { verifyReporters } from '../../../src/report/verify.ts';
import { makeRepository } from '../../support/git-repository.ts';

vi.setConfig({ testTimeout: 30_000 });

const folder = 'fixtures/recordings/1.29';
const run = (recording: string, flags: Partial<VerifyFlags> = {}) =>
  runVerify(
    {
      git: `${folder}/${recording}`,
      ref: 'WORKTREE',
      path: ['git'],
      capture: `${folder}/${recording}/capture`,
      ...flags,
    },
    'test',
    AbortSignal.timeout(30_000),
  );
const style = { color: false, width: 100 };

describe('verify on recorded meshes', () => {
  it('is green where the touched proxies hold what Git says, in any spelling', async () => {
    const proxy = ['shop/frontend-v1-6dddf95df-b695w', 'payments/payment-v1-8545f79b46-rxgwx'];
    const { report, code } = await run('drift-cosmetic', { proxy });
    expect([report.summary.arrivals.arrived, report.complete, code]).toEqual([2, true, 0]);
  });

  it('leaves fields to the controllers that move them', async () => {
    const proxy = ['shop/frontend-v1-6dddf95df-b695w', 'payments/ledger-v1-6798f764b4-rxp4r'];
    expect((await run('drift-flagger', { proxy })).code).toBe(0);
  });

  it('tells a proxy that lags from those that do not, with the line in Git', async () => {
    const proxy = ['shop/frontend-v1-6dddf95df-b695w', 'shop/cart-v1-5c68bdf7ff-24lkp'];
    const { report, code } = await run('fault-stale-one', { proxy });
    expect(report.proxies.map((it) => it.arrival)).toEqual(['arrived', 'lag']);
    expect(report.proxies[1]?.reason).toMatch(/not acknowledged.*catalog\.yaml:18\) is v1 instead of v2/);
    expect(code).toBe(3);
  });

  it('limits itself to what changed since a commit', async () => {
    const catalog = readFileSync(`${folder}/fault-stale-one/git/catalog.yaml`, 'utf8');
    const repository = makeRepository({ 'git/catalog.yaml': catalog.replace('subset: v2', 'subset: v1') });
    repository.commit({ 'git/catalog.yaml': catalog });
    repository.commit({ 'README.md': 'words' });
    const proxy = ['shop/frontend-v1-6dddf95df-b695w', 'shop/cart-v1-5c68bdf7ff-24lkp'];
    const flags = { git: repository.directory, ref: 'HEAD', proxy };
    const { report, code } = await run('fault-stale-one', { ...flags, since: 'HEAD~2' });
    expect(report.proxies.map((it) => it.arrival)).toEqual(['arrived', 'lag']);
    expect(code).toBe(3);
    const words = await run('fault-stale-one', { ...flags, since: 'HEAD~1' });
    expect(words.report.summary).toMatchObject({ touched: 0, untouched: 2 });
    expect(words.code).toBe(0);
    expect(verifyReporters.text(words.report, style)).toContain('touches no proxy');
  });

  it("tells a rejection with Envoy's words, and which proxies the change does not touch", async () => {
    const proxy = ['shop/cart-v1-7d7bd9fd8c-r8zwz', 'shop/frontend-v1-6dddf95df-b695w'];
    const { report, code } = await run('fault-nack-lua', { proxy });
    expect(report.proxies).toMatchObject([{ id: proxy[0], arrival: 'rejected' }]);
    expect(report.proxies[0]?.reason).toContain("')' expected");
    expect([report.summary.untouched, code]).toEqual([1, 4]);
    const junit = verifyReporters.junit(report, style);
    expect(junit).toContain('tests="1" failures="1" errors="0"');
    expect(junit).toContain('<failure type="rejected"');
  });

  it('tells what the API server has not got, with the proxies that wait for it', async () => {
    const { report, code } = await run('drift-several');
    expect(report.summary.arrivals).toMatchObject({ lag: 0, mismatch: 0, rejected: 0, unreachable: 0 });
    expect(report.summary.arrivals['not-applied']).toBe(14);
    expect(code).toBe(1);
    expect(verifyReporters.text(report, style)).toContain('NOT APPLIED');
  });

  it('is broken, not green, where a touched proxy cannot be read', async () => {
    const { report, code } = await run('drift-cosmetic', { namespace: 'payments' });
    expect(report.proxies.map((it) => it.arrival)).toContain('unreachable');
    expect([report.complete, code]).toEqual([false, 2]);
    expect(verifyReporters.junit(report, style)).toContain('<error type="unreachable"');
  });
});
