import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runCapture } from '../../src/app/run-capture.ts';
import { runDrift } from '../../src/app/run-drift.ts';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const recording = 'fixtures/recordings/1.29/drift-several';
const application = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'mesh', namespace: 'argocd' },
  spec: { source: { path: `${recording}/git`, repoURL: 'https://git.example/mesh' } },
};
const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'argocd-cm', namespace: 'argocd', annotations: { note: 'hunter2' } },
  data: {
    'oidc.config': 'clientSecret: hunter2',
    'resource.customizations.ignoreDifferences.networking.istio.io_VirtualService':
      'jqPathExpressions: [".spec.http[].timeout"]',
  },
};

const { signal } = new AbortController();
let folder: string;
let served: ServedCapture;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-argo-'));
  cpSync(`${recording}/capture`, join(folder, 'capture'), { recursive: true });
  const resources = join(folder, 'capture/resources');
  writeFileSync(join(resources, 'applications.argoproj.io.json'), JSON.stringify({ items: [application] }));
  const maps = JSON.parse(readFileSync(join(resources, 'configmaps.json'), 'utf8'));
  writeFileSync(join(resources, 'configmaps.json'), JSON.stringify({ items: [...maps.items, settings] }));
  served = await serveCapture(join(folder, 'capture'));
});
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const flags = { git: recording, ref: 'WORKTREE', path: ['git'], 'no-proxies': true };
const timeouts = async (from: { kubeconfig: string } | { capture: string }) => {
  const { report } = await runDrift({ ...flags, ...from }, '0', signal, () => undefined);
  return { report, codes: report.findings.filter(({ field }) => field.endsWith('timeout')).map(({ code }) => code) };
};

it('drift leaves what argocd-cm of the cluster leaves, of which nothing else is kept', async () => {
  const taken = join(folder, 'taken');
  await runCapture({ kubeconfig: served.api.kubeconfig(), 'no-proxies': true }, taken, signal, () => undefined);
  const kept = readFileSync(join(taken, 'resources/configmaps.json'), 'utf8');
  expect(kept).toContain('argocd-cm');
  expect(kept).not.toMatch(/hunter2|oidc/);
  for (const from of [{ kubeconfig: served.api.kubeconfig() }, { capture: taken }])
    expect((await timeouts(from)).codes).toEqual(['MESH0006']);
});

it('drift goes on where argocd-cm may not be read, with a note that names the right', async () => {
  served.api.users.set('secret', { name: 'reader', forbidden: ['get configmaps'] });
  const { report, codes } = await timeouts({ kubeconfig: served.api.kubeconfig() });
  served.api.users.set('secret', { name: 'reader' });
  expect(codes).toEqual(['MESH0001']);
  expect(report.complete).toBe(true);
  expect(report.diagnostics).toContainEqual(
    expect.objectContaining({
      severity: 'info',
      subject: 'configmaps argocd-cm',
      message: expect.stringContaining('Missing is the verb "get" on configmaps'),
    }),
  );
});

it('is not asked for where there are no Applications', async () => {
  const without = await serveCapture(`${recording}/capture`);
  const { report } = await runDrift({ ...flags, kubeconfig: without.api.kubeconfig() }, '0', signal, () => undefined);
  expect(report.complete).toBe(true);
  expect(without.api.requests.filter(({ path }) => path.includes('argocd-cm'))).toEqual([]);
  await without.close();
});
