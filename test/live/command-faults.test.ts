import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCapture } from '../../src/app/run-capture.ts';
import { runDrift } from '../../src/app/run-drift.ts';
import { runRoute } from '../../src/app/run-route.ts';
import { runStatus } from '../../src/app/run-status.ts';
import { runVerify } from '../../src/app/run-verify.ts';
import type { End, Forward } from '../support/api-server/port-forward.ts';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const recording = 'fixtures/recordings/1.29/fault-stale-one';
/** The one that fails, and the one beside it, which is late. */
const bad = 'shop/cart-v1-5c68bdf7ff-24lkp';
const good = 'shop/frontend-v1-6dddf95df-b695w';
const git = { git: recording, ref: 'WORKTREE', path: ['git'] };
const { signal } = new AbortController();
const nothing = () => undefined;
let served: ServedCapture;
let folder: string;
let well: Forward;

beforeAll(async () => {
  served = await serveCapture(`${recording}/capture`);
  folder = mkdtempSync(join(tmpdir(), 'mesh-faults-'));
  well = served.api.forwards.get(`${bad}:15000`)!;
});
beforeEach(() => {
  served.api.forwards.set(`${bad}:15000`, well);
  served.api.faults = [];
});
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const flags = () => ({ kubeconfig: served.api.kubeconfig(), proxy: [bad, good], 'proxy-timeout': '2s' });
const cut = (how: End): Forward => ({ port: (well as { port: number }).port, cutAfter: 50_000, how });

describe.each<[string, () => Forward | undefined, RegExp]>([
  ['has vanished since the list', () => undefined, /not found/],
  ['cannot be connected to', () => ({ refuse: 'connection refused' }), /connection refused/],
  ['never answers', () => ({ hang: true }), /did not answer in time/],
  ['is reset in the middle of its dump', () => cut('reset'), /broke off/],
  ['stalls in the middle of its dump', () => cut('stall'), /did not answer in time/],
  ['sends FIN in the middle and goes on reading', () => cut('fin'), /broke off/],
  ['sends a close frame in the middle and keeps TCP open', () => cut('close-frame'), /broke off|in time/],
  ['has words on the error channel while the data channel stays open', () => cut('error-channel'), /reset by peer/],
  ['ends the data channel while the error channel stays open', () => cut('data-channel'), /did not answer in time/],
  ['is refused by the API server with 500', () => ({ status: 500 }), /500|in time/],
  ['is put off by the API server for ever', () => ({ status: 429, retryAfter: '1' }), /wait|in time/],
])('a proxy that %s', (_, forward, reason) => {
  beforeEach(() => {
    const fault = forward();
    if (fault) served.api.forwards.set(`${bad}:15000`, fault);
    else served.api.forwards.delete(`${bad}:15000`);
  });

  it('costs its own row in status, drift, verify and capture, and none is clean', async () => {
    const started = performance.now();
    const status = await runStatus({ ...flags(), 'fail-on': 'never' }, [], '0', signal);
    expect(status.report.proxies.map(({ id, state, read }) => [id, state, read])).toEqual([
      [bad, 'synced', false],
      [good, 'stale', true],
    ]);
    expect(status.report.diagnostics.find(({ subject }) => subject === bad)?.message).toMatch(reason);
    expect([status.report.complete, status.code]).toEqual([false, 2]);

    const drift = await runDrift({ ...git, ...flags(), 'fail-on': 'never' }, '0', signal, nothing);
    expect(drift.report.proxies.map(({ id }) => id)).toEqual([good]);
    expect(drift.report.findings.map(({ code, proxies }) => [code, proxies])).toContainEqual(['MESH0010', [good]]);
    expect(drift.report.summary.proxies).toMatchObject({ examined: 1, skipped: 1 });
    expect([drift.report.complete, drift.code]).toEqual([false, 2]);

    const verify = await runVerify({ ...git, ...flags() }, '0', signal);
    expect(verify.report.proxies.map(({ id, arrival }) => [id, arrival])).toEqual([
      [bad, 'unreachable'],
      [good, 'lag'],
    ]);
    expect(verify.report.proxies[0]?.reason).toMatch(reason);
    expect(verify.code).toBe(2);

    const target = join(folder, `${Math.random()}.tgz`);
    const capture = await runCapture(flags(), target, signal, nothing);
    expect(capture.lines.join('\n')).toContain(`warning: ${bad}`);
    expect(capture.lines.at(-1)).toContain('1 of 2 proxies');
    expect(capture.code).toBe(2);

    const { kubeconfig, 'proxy-timeout': timeout } = flags();
    const from = { ...git, kubeconfig, 'proxy-timeout': timeout, from: 'shop/cart' };
    await expect(runRoute(from, 'http://catalog:8080/', signal)).rejects.toThrow(reason);
    // Each has a deadline of 2 s for the proxy; none waits for one of the defaults of 30 s.
    expect(performance.now() - started).toBeLessThan(120_000);
    await expect.poll(() => served.api.forwarding.now, { timeout: 10_000 }).toBe(0);
  });
});

it('an API server that asks to wait, breaks off and fails for a while costs time and nothing else', async () => {
  const calm = await runStatus(flags(), [], '0', signal);
  const times = new Map<string, number>();
  served.api.faults = [
    (_, response, path) => {
      const count = (times.get(path) ?? 0) + 1;
      times.set(path, count);
      if (count > 1) return false;
      const kind = [...path].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 3;
      if (kind === 0) response.writeHead(429, { 'Retry-After': '1' }).end('{}');
      else if (kind === 1) response.writeHead(500).end('{}');
      else response.destroy();
      return true;
    },
  ];
  const shaken = await runStatus(flags(), [], '0', signal);
  const states = ({ report }: typeof calm) => report.proxies.map(({ id, state, effects }) => ({ id, state, effects }));
  expect(states(shaken)).toEqual(states(calm));
  expect(shaken.report.complete).toBe(true);
});

describe('a token that expires', () => {
  const plugin = (script: string) => ({
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', script],
      interactiveMode: 'Never',
    },
  });
  const print = (token: string) =>
    `console.log(JSON.stringify({apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: {token: ${token}}}))`;
  /** The token that is good expires in the middle: before the first port is forwarded. */
  const expireOnForward = (next: string | undefined) => {
    served.api.users.clear();
    served.api.users.set('first', { name: 'tester' });
    served.api.faults = [
      (_, __, path) => {
        if (!path.includes('/apis/extensions.istio.io')) return false;
        served.api.users.clear();
        if (next) served.api.users.set(next, { name: 'tester' });
        return false;
      },
    ];
  };
  afterAll(() => void served.api.users.clear());

  it('is renewed by its plugin in the middle of a run, and nothing is lost', async () => {
    const count = join(folder, 'count');
    const token = `(require('fs').existsSync('${count}') ? 'second' : (require('fs').writeFileSync('${count}', ''), 'first'))`;
    expireOnForward('second');
    const kubeconfig = served.api.kubeconfig(plugin(print(token)));
    const { report } = await runStatus({ ...flags(), kubeconfig, 'fail-on': 'never' }, [], '0', signal);
    expect(report.proxies.map(({ read, state }) => [read, state])).toEqual([
      [true, 'synced'],
      [true, 'stale'],
    ]);
    expect(report.complete).toBe(true);
  });

  it('that its plugin cannot renew ends the run, or makes every proxy a row that was not read', async () => {
    expireOnForward(undefined);
    const kubeconfig = served.api.kubeconfig(plugin(print("'first'")));
    const outcome = await runStatus({ ...flags(), kubeconfig, 'fail-on': 'never' }, [], '0', signal).catch(
      (error: Error) => error,
    );
    if (outcome instanceof Error) expect(outcome.message).toMatch(/does not accept the credentials/);
    else {
      expect(outcome.report.proxies.every(({ read, state }) => !read && state === 'unknown')).toBe(true);
      expect(outcome.report.diagnostics.map(({ message }) => message).join()).toMatch(
        /does not accept the credentials/,
      );
      expect([outcome.report.complete, outcome.code]).toEqual([false, 2]);
    }
  });
});
