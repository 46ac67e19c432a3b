import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let served: ServedCapture;
let folder: string;
beforeAll(async () => {
  served = await serveCapture('fixtures/recordings/1.29/drift-cosmetic/capture');
  folder = mkdtempSync(join(tmpdir(), 'mesh-interrupt-'));
  mkdirSync(join(folder, 'tmp'));
});
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
  '%s while a dump stalls ends the process soon, and leaves no file and no connection behind',
  async (signal) => {
    for (const id of served.api.forwards.keys()) if (id.endsWith(':15000')) served.api.forwards.set(id, { hang: true });
    const kubeconfig = served.api.kubeconfig();
    const args = ['bin/kubectl-mesh', 'capture', join(folder, 'new.tgz'), '--kubeconfig', kubeconfig];
    const env = { ...process.env, TMPDIR: join(folder, 'tmp') };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    await expect.poll(() => served.api.forwarding.now, { timeout: 30_000 }).toBeGreaterThan(0);
    const stopped = Date.now();
    child.kill(signal);
    const [code] = await once(child, 'exit');
    expect(code).not.toBe(0);
    expect(Date.now() - stopped).toBeLessThan(10_000);
    expect(readdirSync(folder)).toEqual(['tmp']);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    await expect.poll(() => served.api.forwarding.now).toBe(0);
  },
);
