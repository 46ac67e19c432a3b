import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Report } from '../../src/model/report.ts';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const recording = 'fixtures/recordings/1.29/drift-several';
let served: ServedCapture;
let folder: string;
beforeEach(async () => {
  served = await serveCapture(join(recording, 'capture'));
  folder = mkdtempSync(join(tmpdir(), 'mesh-interrupt-'));
  mkdirSync(join(folder, 'tmp'));
});
afterEach(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Milliseconds from the signal to the end. */
  took: number;
}

/** Runs the program, sends it a signal at the moment that `ready` waits for, and checks that nothing is left of it. */
async function interrupted(
  args: string[],
  signal: NodeJS.Signals,
  ready: (child: ChildProcess) => Promise<void>,
  node = process.execPath,
): Promise<Ended> {
  const mark = randomUUID();
  const env = { ...process.env, TMPDIR: join(folder, 'tmp'), MESH_TEST_MARK: mark };
  const child = spawn(node, ['bin/kubectl-mesh', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk));
  await ready(child);
  expect(child.exitCode, texts.stderr).toBeNull();
  const stopped = performance.now();
  child.kill(signal);
  const [code] = (await once(child, 'close')) as [number | null];
  const took = performance.now() - stopped;
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  expect(running(mark)).toEqual([]);
  await expect.poll(() => served.api.forwarding.now, { timeout: 10_000 }).toBe(0);
  // Wide enough for a machine that does much else; a run that is not interrupted takes longer, or never ends.
  expect(took).toBeLessThan(15_000);
  return { code, ...texts, took };
}

/** A Node of this machine that is too old for the program, which then runs under the one in node_modules. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'node'))
  .find((file) => {
    try {
      const version = execFileSync(file, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return /^v(1\d|20|21)\./.test(version);
    } catch {
      return false;
    }
  });

/** Processes that inherited the mark: of the program there must be none. */
function running(mark: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((id) => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/environ`, 'utf8').includes(mark);
    } catch {
      return false;
    }
  });
}

/** Whether a process has a handler for SIGINT, as Linux tells it. */
function catchesInterrupts(pid: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${caught}`) & (1n << 1n)) !== 0n;
}

const asked = (part: string): number => served.api.requests.filter(({ path }) => path.includes(part)).length;
const until = (what: () => boolean) => () => expect.poll(what, { timeout: 60_000, interval: 20 }).toBe(true);
const proxies = () => [...served.api.forwards.keys()].filter((id) => id.endsWith(':15000'));
const git = ['--git', recording, '--ref', 'WORKTREE', '--path', 'git'];
const stall = (ids: string[]) => {
  for (const id of ids) served.api.forwards.set(id, { hang: true });
};

describe.skipIf(process.platform === 'win32')('an interrupted run', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s while a dump stalls leaves no archive', async (signal) => {
    stall(proxies());
    const args = ['capture', join(folder, 'new.tgz'), '--kubeconfig', served.api.kubeconfig()];
    const { code } = await interrupted(
      args,
      signal,
      until(() => served.api.forwarding.now > 0),
    );
    expect(code).not.toBe(0);
    expect(readdirSync(folder)).toEqual(['tmp']);
  });

  it('ends while objects are listed, with nothing to report', async () => {
    served.api.faults.push((_request, _response, path) => path.includes('virtualservices'));
    const args = ['drift', ...git, '--kubeconfig', served.api.kubeconfig(), '-o', 'json'];
    const ended = await interrupted(
      args,
      'SIGINT',
      until(() => asked('virtualservices') > 0),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: 'error: interrupted\n' });
  });

  it.skipIf(oldNode === undefined)('ends under an older Node, too, which starts the pinned one', async () => {
    served.api.faults.push((_request, _response, path) => path.includes('virtualservices'));
    const args = ['drift', ...git, '--kubeconfig', served.api.kubeconfig(), '-o', 'json'];
    const ended = await interrupted(
      args,
      'SIGINT',
      until(() => asked('virtualservices') > 0),
      oldNode,
    );
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: 'error: interrupted\n' });
  });

  it('ends while the API server asks to wait, with nothing to report', async () => {
    served.api.faults.push((_request, response, path) => {
      if (!path.includes('virtualservices')) return false;
      response.writeHead(429, { 'Retry-After': '30' }).end('{}');
      return true;
    });
    const args = ['drift', ...git, '--kubeconfig', served.api.kubeconfig(), '-o', 'json'];
    const ended = await interrupted(
      args,
      'SIGINT',
      until(() => asked('virtualservices') > 0),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: 'error: interrupted\n' });
  });

  it('ends while Git is fetched, and takes git with it', async () => {
    let connected = 0;
    const silent = createServer(() => connected++);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `git://127.0.0.1:${(silent.address() as AddressInfo).port}/mesh.git`;
    const args = ['drift', '--git', url, '--kubeconfig', served.api.kubeconfig()];
    const ended = await interrupted(
      args,
      'SIGINT',
      until(() => connected > 0),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).not.toContain('fault of kubectl mesh');
    silent.close();
  });

  it.each(['drift', 'status'])('of %s while dumps stall tells what was read, and what was not', async (command) => {
    const [first, ...others] = proxies();
    stall(others);
    const args = [command, ...git, '--kubeconfig', served.api.kubeconfig(), '-o', 'json', '--concurrency', '32'];
    const ended = await interrupted(
      args,
      'SIGINT',
      until(() => asked(`${first!.slice(first!.indexOf('/') + 1, -':15000'.length)}/log`) > 0),
    );
    // Drift that was found by then is found.
    expect(ended.code).toBe(command === 'drift' ? 1 : 2);
    const report = JSON.parse(ended.stdout) as Report;
    expect(report.complete).toBe(false);
    const messages = report.diagnostics.map(({ message }) => message);
    expect(messages).toContainEqual(
      expect.stringMatching(
        new RegExp(`stopped before its end: \\d+ of ${others.length + 1} proxies were not examined`),
      ),
    );
    if (command === 'drift') {
      // What Git and the API server differ in is told all the same.
      expect(report.findings.length).toBeGreaterThan(0);
      expect(report.findings.map(({ effect }) => effect)).toContainEqual(expect.stringContaining('not known'));
      expect(report.summary.proxies.examined + report.summary.proxies.skipped).toBe(others.length + 1);
    }
  });

  it('ends while effects are computed, and tells those that it came to', async () => {
    const many = Array.from({ length: 600 }, (_, index) => `extra-${index}`);
    const route = (name: string, timeout: string): JsonObject => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name, namespace: 'shop' },
      spec: { hosts: [`${name}.example`], http: [{ timeout, route: [{ destination: { host: 'cart' } }] }] },
    });
    served.api.store.objects.push(...many.map((name) => route(name, '1s')));
    const repository = join(folder, 'repository');
    mkdirSync(repository);
    writeFileSync(join(repository, 'all.yaml'), many.map((name) => JSON.stringify(route(name, '2s'))).join('\n---\n'));
    const user = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
    for (const words of [
      ['init', '-q'],
      ['add', '.'],
      [...user, 'commit', '-qm', 'all'],
    ])
      execFileSync('git', ['-C', repository, ...words]);
    const args = ['drift', '--git', repository, '--kubeconfig', served.api.kubeconfig()];
    const ended = await interrupted([...args, '-o', 'json'], 'SIGINT', async () => {
      await until(() => asked('/log?') >= proxies().length && served.api.forwarding.now === 0)();
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    expect(ended.code).toBe(1);
    const report = JSON.parse(ended.stdout) as Report;
    expect(report.complete).toBe(false);
    // On a machine that does much else the last proxies may still be compared.
    const { examined, skipped } = report.summary.proxies;
    expect(examined + skipped).toBe(proxies().length);
    expect(examined).toBeGreaterThan(0);
    expect(report.findings.filter(({ resource }) => resource.includes('extra-'))).toHaveLength(600);
    expect(report.findings.filter(({ effect }) => effect.startsWith('not known')).length).toBeGreaterThan(0);
    expect(report.diagnostics.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('do to the proxies was not computed'),
    );
  });

  it.skipIf(process.platform !== 'linux')('of check while rules are applied ends at once', async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `extra-${index}`);
    served.api.store.objects.push(
      ...names.map((name) => ({
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name, namespace: 'shop' },
        spec: { hosts: [`${name}.example`], http: [{ route: [{ destination: { host: 'cart' } }] }] },
      })),
    );
    const args = ['check', '--kubeconfig', served.api.kubeconfig()];
    const ended = await interrupted(args, 'SIGINT', async ({ pid }) => {
      await until(() => catchesInterrupts(pid!))();
      await until(() => !catchesInterrupts(pid!))();
    });
    // Ended by the signal itself: the program lets it through once all is read.
    expect(ended.code).toBeNull();
    expect(ended.stdout).toBe('');
  });
});
