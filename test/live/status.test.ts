import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runStatus, type StatusFlags } from '../../src/app/run-status.ts';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const capture = 'fixtures/recordings/1.29/fault-stale-one/capture';
const frontend = 'shop/frontend-v1-6dddf95df-b695w';
const cart = 'shop/cart-v1-5c68bdf7ff-24lkp';
const istiod = 'istio-system/istiod-lab-0:15014';
const { signal } = new AbortController();
let served: ServedCapture;

beforeEach(async () => {
  served = await serveCapture(capture);
});
afterEach(() => served?.close());

const run = (flags: StatusFlags = {}) =>
  runStatus(
    { kubeconfig: served.api.kubeconfig(), proxy: [frontend, cart], 'proxy-timeout': '2s', ...flags },
    [],
    '0',
    signal,
  );
const statesOf = ({ report }: Awaited<ReturnType<typeof run>>) =>
  report.proxies.map(({ id, state, read, effects }) => ({ id, state, read, effects }));

it('status tells the same of a live cluster as of the capture of it', async () => {
  const captured = await runStatus({ capture, proxy: [frontend, cart] }, [], '0', signal);
  const live = await run();
  expect(statesOf(live)).toEqual(statesOf(captured));
  expect(live.report.proxies[1]?.effects).toEqual([
    'still sends to subset v1 instead of v2 (VirtualService shop/catalog)',
  ]);
  expect(live.report.complete).toBe(true);
  expect(live.code).toBe(1);
});

it('with istiod down it says so, calls no proxy in sync, and is not clean', async () => {
  served.api.forwards.set(istiod, { refuse: 'error forwarding port 15014: connection refused' });
  const { report, code } = await run({ 'fail-on': 'never' });
  expect(report.proxies.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  expect(report.istiods).toMatchObject([{ pod: 'istiod-lab-0', proxies: null }]);
  expect(report.diagnostics).toContainEqual(
    expect.objectContaining({
      severity: 'error',
      subject: 'istiod-lab-0',
      message: expect.stringContaining('refused'),
    }),
  );
  expect([report.complete, code]).toEqual([false, 2]);
});

it('a proxy that hangs costs its own row; what istiod tells of it stays', async () => {
  served.api.forwards.set(`${frontend}:15000`, { hang: true });
  const { report, code } = await run({ 'fail-on': 'never', 'proxy-timeout': '1s' });
  expect(report.proxies[1]).toMatchObject({ state: 'stale', read: false, types: { route: { state: 'STALE' } } });
  expect(report.proxies[0]).toMatchObject({ state: 'synced', read: true });
  expect(report.diagnostics.map(({ subject }) => subject)).toContain(frontend);
  expect(code).toBe(2);
});

it('without dumps no proxy is asked', async () => {
  const { report } = await run({ 'no-proxies': true });
  expect(report.proxies.map(({ state }) => state)).toEqual(['synced', 'stale']);
  expect(served.api.requests.filter(({ path }) => path.includes('portforward') && path.includes('/shop/'))).toEqual([]);
});

it('without the right to forward ports the objects alone are told, and nothing is clean', async () => {
  served.api.users.set('secret', { name: 'tester', forbidden: ['get pods/portforward'] });
  const { report, code } = await run({ 'no-proxies': true });
  expect(report.proxies.map(({ state, workload }) => [state, workload])).toEqual([
    ['unknown', 'cart-v1'],
    ['unknown', 'frontend-v1'],
  ]);
  expect(report.diagnostics.find(({ subject }) => subject === 'istiod-lab-0')?.message).toContain('portforward');
  expect(code).toBe(2);
});

it('an expired token ends it at once, by name', async () => {
  served.api.users.clear();
  await expect(run()).rejects.toThrow(/Unauthorized|credentials|expired/i);
});
