import { expect, it, vi } from 'vitest';
import { runDrift } from '../../src/app/run-drift.ts';
import { serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const recordings = 'fixtures/recordings/1.29';
const { signal } = new AbortController();
const nothing = () => undefined;
const run = (name: string, flags: object) =>
  runDrift({ ref: 'WORKTREE', path: [`${recordings}/${name}/git`], ...flags }, '0', signal, nothing);

it.each(['drift-several', 'fault-nack-lua', 'fault-stale-one'])(
  'drift finds the same in a live cluster as in the capture of it: %s',
  async (name) => {
    const capture = `${recordings}/${name}/capture`;
    const served = await serveCapture(capture);
    const captured = await run(name, { capture });
    const live = await run(name, { kubeconfig: served.api.kubeconfig() });
    await served.close();
    expect(captured.report.findings.length).toBeGreaterThan(0);
    expect(live.report.findings).toEqual(captured.report.findings);
    expect(live.report.proxies).toEqual(captured.report.proxies);
    expect(live.code).toBe(captured.code);
  },
);

it('a proxy that hangs is a row, and the run is not clean', async () => {
  const served = await serveCapture(`${recordings}/drift-cosmetic/capture`);
  const pod = [...served.api.forwards.keys()].find((id) => id.startsWith('shop/'))!;
  served.api.forwards.set(pod, { hang: true });
  const flags = { kubeconfig: served.api.kubeconfig(), 'proxy-timeout': '1s', 'fail-on': 'never' as const };
  const { report, code } = await run('drift-cosmetic', flags);
  await served.close();
  const message = `${pod.replace(':15000', '')}: port 15000 did not answer in time`;
  expect(report.diagnostics).toContainEqual(expect.objectContaining({ severity: 'error', message }));
  expect(report.summary.proxies).toMatchObject({ examined: 1 });
  expect(report.complete).toBe(false);
  expect(code).toBe(2);
});

it('with istiod down a late proxy is neither in sync nor a gap of the compiler, and the run is not clean', async () => {
  const recording = 'fault-stale-one';
  const served = await serveCapture(`${recordings}/${recording}/capture`);
  served.api.forwards.set('istio-system/istiod-lab-0:15014', { refuse: 'connection refused' });
  const frontend = 'shop/frontend-v1-6dddf95df-b695w';
  const proxy = [frontend, 'shop/cart-v1-5c68bdf7ff-24lkp'];
  const { report, code } = await run(recording, { kubeconfig: served.api.kubeconfig(), proxy, 'fail-on': 'error' });
  await served.close();
  expect(report.proxies.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  // Without its mesh config, too, both hold something else than what can be compiled.
  expect(report.findings.map((it) => [it.code, it.severity, it.proxies])).toEqual([
    ['MESH0010', 'warning', [...proxy].sort()],
  ]);
  expect(report.findings[0]?.message).toContain('no istiod could be asked');
  expect(report.diagnostics.find(({ subject }) => subject === 'istiod-lab-0')?.message).toContain('connection refused');
  expect([report.complete, code]).toEqual([false, 2]);
});
