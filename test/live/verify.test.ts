import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runVerify, type VerifyFlags } from '../../src/app/run-verify.ts';
import { arrivalLine } from '../../src/report/verify.ts';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const folder = 'fixtures/recordings/1.29/fault-stale-one';
const frontend = 'shop/frontend-v1-6dddf95df-b695w';
const cart = 'shop/cart-v1-5c68bdf7ff-24lkp';
const { signal } = new AbortController();
let served: ServedCapture;
let admin: Server | undefined;
let lines: string[];

beforeEach(async () => {
  lines = [];
  served = await serveCapture(join(folder, 'capture'));
});
afterEach(async () => {
  admin?.close();
  await served?.close();
});

const run = (flags: VerifyFlags = {}) =>
  runVerify(
    {
      kubeconfig: served.api.kubeconfig(),
      git: folder,
      ref: 'WORKTREE',
      path: ['git'],
      proxy: [frontend, cart],
      wait: true,
      timeout: '20s',
      poll: '100ms',
      'proxy-timeout': '2s',
      ...flags,
    },
    '0',
    signal,
    { onChange: (proxy) => lines.push(arrivalLine(proxy)), onFailure: ({ message }) => lines.push(message) },
  );

/** Serves frontend's dump, from the `late`-th request on with the route that Git says. */
async function arriveAt(late: number, onDump: (count: number) => void = () => undefined): Promise<void> {
  const file = join(folder, 'capture/proxies', frontend, 'config_dump.json');
  const old = readFileSync(file, 'utf8');
  const dump = JSON.parse(old, (key, value) =>
    key === 'dynamic_route_configs'
      ? JSON.parse(JSON.stringify(value).replaceAll('|v1|catalog.shop', '|v2|catalog.shop'))
      : value,
  );
  let count = 0;
  admin = createServer((request, response) => {
    if (!request.url?.startsWith('/config_dump')) return response.end('{}');
    count += 1;
    onDump(count);
    response.end(count >= late ? JSON.stringify(dump) : old);
  });
  await new Promise<void>((resolve) => admin?.listen(0, '127.0.0.1', resolve));
  served.api.forwards.set(`${frontend}:15000`, { port: (admin.address() as AddressInfo).port });
}

it('waits until the last proxy holds what Git says, and reads the others once', async () => {
  await arriveAt(3);
  const { report, code } = await run();
  expect(report.summary.arrivals).toMatchObject({ arrived: 2, lag: 0 });
  expect(code).toBe(0);
  expect(lines).toEqual([
    `${cart}: arrived`,
    expect.stringMatching(new RegExp(`^${frontend}: lag: .*catalog.yaml:18`)),
    `${frontend}: arrived`,
  ]);
  expect(served.api.requests.filter(({ path }) => path.includes(`${cart.slice(5)}/portforward`))).toHaveLength(1);
});

it('gives the lag as its exit code when the time is up', async () => {
  const { report, code } = await run({ timeout: '1s' });
  expect(report.proxies.map(({ arrival }) => arrival)).toEqual(['arrived', 'lag']);
  expect(code).toBe(3);
});

it('with istiod down it says so, and does not blame the proxies', async () => {
  served.api.forwards.set('istio-system/istiod-lab-0:15014', { refuse: 'connection refused' });
  const { report, code } = await run({ wait: false });
  expect(report.diagnostics.find(({ subject }) => subject === 'istiod-lab-0')?.message).toContain('refused');
  expect(report.proxies.every(({ state }) => state === 'unknown')).toBe(true);
  expect([report.complete, code]).toEqual([false, 2]);
});

it('a proxy that cannot be reached is told as such, and is not green', async () => {
  served.api.forwards.set(`${frontend}:15000`, { hang: true });
  const { report, code } = await run({ wait: false, 'proxy-timeout': '1s' });
  expect(report.proxies[1]).toMatchObject({ arrival: 'unreachable', reason: expect.stringContaining('in time') });
  expect(code).toBe(2);
});

it('an expired token ends it at once; one that expires on the way ends it with what was told last', async () => {
  await arriveAt(99, (count) => count === 2 && served.api.users.clear());
  await expect(run({ timeout: '12s' })).rejects.toThrow(/Unauthorized|credentials|expired/i);
  expect(lines.filter((line) => line.startsWith(frontend)).length).toBeGreaterThan(0);
  await expect(run()).rejects.toThrow(/Unauthorized|credentials|expired/i);
});
