import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const recording = 'fixtures/recordings/1.29/fault-stale-one';
const proxies = ['shop/frontend-v1-6dddf95df-b695w', 'shop/cart-v1-5c68bdf7ff-24lkp'];
let served: ServedCapture;
beforeAll(async () => {
  served = await serveCapture(`${recording}/capture`);
});
afterAll(() => served?.close());

async function verify(...more: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const args = ['bin/kubectl-mesh', 'verify', '--kubeconfig', served.api.kubeconfig(), '--git', recording];
  args.push('--ref', 'WORKTREE', '--path', 'git', ...proxies.flatMap((it) => ['--proxy', it]), ...more);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, stdout, stderr };
}

it('on a pipe tells a line a state on stderr, and the result alone on stdout', async () => {
  const { code, stdout, stderr } = await verify('--wait', '--timeout', '4s', '--poll', '1s', '-o', 'junit');
  expect(code).toBe(3);
  const lines = stderr.trimEnd().split('\n');
  // Each state once, however often it was looked.
  expect(lines).toEqual([
    expect.stringMatching(/^\d{4}-\S+Z shop\/cart-v1-\S+: arrived$/),
    expect.stringMatching(/^\d{4}-\S+Z shop\/frontend-v1-\S+: lag: .*git\/catalog\.yaml:18\) is v1 instead of v2/),
  ]);
  expect(stdout + stderr).not.toMatch(/[\u001b\r\b]/);
  expect(stdout).toMatch(/^<\?xml[\s\S]*<failure type="lag"[\s\S]*<\/testsuites>\n$/);
  expect(stdout).toContain('tests="2" failures="1" errors="0"');
});

it('without --wait looks once, prints stragglers with the reason and the line, and is silent beside', async () => {
  const { code, stdout, stderr } = await verify();
  expect(code).toBe(3);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^LAG /m);
  expect(stdout).toContain('has not acknowledged what istiod sent');
  expect(stdout).toContain('git/catalog.yaml:18');
  expect(stdout).toMatch(/touches 2 proxies: 1 arrived, 1 lag/);
});
