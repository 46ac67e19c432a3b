import { mkdtempSync, rmSync } from 'node:fs';
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
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const recording = 'fixtures/recordings/1.29/fault-stale-one';
const frontend = 'shop/frontend-v1-6dddf95df-b695w';
const proxy = [frontend, 'shop/cart-v1-5c68bdf7ff-24lkp'];
const git = { git: recording, ref: 'WORKTREE', path: ['git'] };
const { signal } = new AbortController();
const nothing = () => undefined;
const unjudged = /what the proxies should hold cannot be told without .*virtualservices/;
let served: ServedCapture;
let folder: string;

beforeAll(async () => {
  served = await serveCapture(`${recording}/capture`);
  folder = mkdtempSync(join(tmpdir(), 'mesh-hidden-'));
});
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Kinds that the user may not list, and the same where the server fails. */
const hide: Record<string, (kinds: string[]) => void> = {
  forbidden: (kinds) =>
    void served.api.users.set('secret', { name: 'reader', forbidden: kinds.map((it) => `list ${it}`) }),
  'answered with 500': (kinds) => {
    served.api.users.set('secret', { name: 'reader' });
    served.api.faults = [
      (_, response, path) => {
        const fails = kinds.some((it) => path.includes(`/${it.split('.')[0]}?`));
        if (fails) response.writeHead(500).end('{}');
        return fails;
      },
    ];
  },
};

describe.each(Object.keys(hide))('a kind that is %s is neither there nor absent', (how) => {
  const kinds = ['virtualservices.networking.istio.io'];
  const run = async <T>(what: (live: { kubeconfig: string; proxy: string[] }) => Promise<T>): Promise<T> => {
    hide[how]!(kinds);
    try {
      return await what({ kubeconfig: served.api.kubeconfig(), proxy });
    } finally {
      served.api.faults = [];
      served.api.users.set('secret', { name: 'reader' });
    }
  };

  it('drift finds nothing of it in Git alone, judges no proxy by the rest, and is not clean', async () => {
    const { report, code } = await run((live) => runDrift({ ...git, ...live }, '0', signal, nothing));
    expect(report.findings).toEqual([]);
    expect(report.diagnostics.map(({ message }) => message)).toContainEqual(expect.stringMatching(unjudged));
    expect(report.diagnostics).toContainEqual(expect.objectContaining({ severity: 'error', subject: kinds[0] }));
    expect([report.complete, code]).toEqual([false, 2]);
  });

  it('status tells what istiod tells, and not what it does', async () => {
    const { report, code } = await run((live) => runStatus({ ...live, 'fail-on': 'error' }, [], '0', signal));
    expect(report.proxies.map(({ state, differs, effects }) => [state, differs, effects])).toEqual([
      ['synced', null, []],
      ['stale', null, []],
    ]);
    expect(report.findings.map(({ code: its, severity }) => [its, severity])).toEqual([['MESH0010', 'warning']]);
    expect([report.complete, code]).toEqual([false, 2]);
  });

  it('verify and route give no verdict', async () => {
    await expect(run((live) => runVerify({ ...git, ...live }, '0', signal))).rejects.toThrow(/nothing can be verified/);
    const ask = { ...git, from: 'shop/frontend' };
    const { report, code } = await run(({ kubeconfig }) =>
      runRoute({ ...ask, kubeconfig }, 'http://catalog:8080/', signal),
    );
    expect(report.notes.join()).toContain('virtualservices');
    expect(code).toBe(2);
  });

  it('compile says that what it prints lacks something', async () => {
    const { notes, code } = await run((live) => runCompile(live, [], signal));
    expect(notes.join()).toMatch(/error: .*virtualservices|error: .*500/);
    expect(code).toBe(2);
  });

  it('a capture remembers it', async () => {
    const capture = join(folder, how.replaceAll(' ', '-'));
    const { code } = await run((live) => runCapture(live, capture, signal, nothing));
    expect(code).toBe(2);
    const { report } = await runDrift({ ...git, capture, proxy }, '0', signal, nothing);
    expect(report.findings).toEqual([]);
    expect(report.complete).toBe(false);
  });
});

it('check does not take subsets for missing where their rules may not be listed', async () => {
  const live = { kubeconfig: served.api.kubeconfig(), proxy };
  hide['forbidden']!(['destinationrules.networking.istio.io']);
  const { report, code } = await runCheck(live, '0', signal);
  served.api.users.set('secret', { name: 'reader' });
  expect(report.findings).toEqual([]);
  expect([report.complete, code]).toEqual([false, 2]);
});

it('a capture remembers an istiod that was down, so that no proxy is taken for disconnected', async () => {
  const istiod = 'istio-system/istiod-lab-0:15014';
  const before = served.api.forwards.get(istiod)!;
  served.api.forwards.set(istiod, { refuse: 'connection refused' });
  const capture = join(folder, 'down');
  await runCapture({ kubeconfig: served.api.kubeconfig(), proxy }, capture, signal, nothing);
  served.api.forwards.set(istiod, before);
  const { report } = await runStatus({ capture, proxy, 'fail-on': 'never' }, [], '0', signal);
  expect(report.proxies.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  expect(report.diagnostics.find(({ subject }) => subject === 'istiod-lab-0')?.message).toContain('connection refused');
  expect(report.complete).toBe(false);
});
