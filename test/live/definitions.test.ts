import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runCapture } from '../../src/app/run-capture.ts';
import { runCheck } from '../../src/app/run-check.ts';
import { runDrift } from '../../src/app/run-drift.ts';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';
import { makeRepository } from '../support/git-repository.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const recording = 'fixtures/recordings/1.29/drift-several';
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'virtualservices.networking.istio.io' },
  spec: {
    group: 'networking.istio.io',
    names: { kind: 'VirtualService', plural: 'virtualservices' },
    versions: [
      {
        name: 'v1',
        served: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                description: 'a long text for people',
                properties: { hosts: {}, http: {}, description: { type: 'string' } },
              },
            },
          },
        },
      },
    ],
  },
};
const application = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd', annotations: { note: 'hunter2' } },
  spec: {
    source: {
      path: `${recording}/git`,
      repoURL: 'https://bot:hunter2@git.example/mesh',
      helm: { values: 'password: hunter2' },
    },
    ignoreDifferences: [{ group: '*', kind: '*', jsonPointers: ['/spec'] }],
  },
  status: { history: ['hunter2'] },
};

const { signal } = new AbortController();
let folder: string;
let served: ServedCapture;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-definitions-'));
  cpSync(`${recording}/capture`, join(folder, 'capture'), { recursive: true });
  const add = (name: string, item: object): void =>
    writeFileSync(join(folder, 'capture/resources', `${name}.json`), JSON.stringify({ items: [item] }));
  add('customresourcedefinitions.apiextensions.k8s.io', definition);
  add('applications.argoproj.io', application);
  served = await serveCapture(join(folder, 'capture'));
});
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const cart = (spec: string): string =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: new, namespace: shop}\nspec: ${spec}\n`;

it('check judges by the definitions of the cluster, live and captured', async () => {
  const { directory } = makeRepository({
    'a.yaml': cart('{hosts: [a], http: [{directResponse: {status: 200}}], tls: []}'),
  });
  const taken = join(folder, 'taken');
  await runCapture({ kubeconfig: served.api.kubeconfig(), 'no-proxies': true }, taken, signal, () => undefined);
  for (const from of [{ kubeconfig: served.api.kubeconfig() }, { capture: taken }]) {
    const { report } = await runCheck({ git: directory, ...from }, '0', signal);
    expect(report.findings.filter(({ code }) => code === 'MESH0170')).toMatchObject([
      { field: 'spec.tls', message: expect.stringContaining('in the CRD of this cluster') },
    ]);
  }
  const kept = readFileSync(join(taken, 'resources/customresourcedefinitions.apiextensions.k8s.io.json'), 'utf8');
  expect(kept).not.toContain('a long text for people');
  expect(JSON.parse(kept).items[0].spec.versions[0].schema.openAPIV3Schema.properties.spec.properties).toEqual({
    hosts: {},
    http: {},
    description: { type: 'string' },
  });
});

it('drift leaves what the Applications of the cluster leave, of which nothing else is kept', async () => {
  const taken = join(folder, 'applications');
  await runCapture({ kubeconfig: served.api.kubeconfig(), 'no-proxies': true }, taken, signal, () => undefined);
  expect(readFileSync(join(taken, 'resources/applications.argoproj.io.json'), 'utf8')).not.toContain('hunter2');
  const flags = { git: recording, ref: 'WORKTREE', path: ['git'], 'no-proxies': true };
  for (const from of [{ kubeconfig: served.api.kubeconfig() }, { capture: taken }]) {
    const { report } = await runDrift({ ...flags, ...from }, '0', signal, () => undefined);
    const changed = report.findings.filter(({ code }) => code === 'MESH0001' || code === 'MESH0006');
    expect(changed.length).toBeGreaterThan(0);
    for (const finding of changed) expect(finding).toMatchObject({ code: 'MESH0006', severity: 'info' });
  }
});

it('drift goes on where the Applications may not be listed, and says so', async () => {
  served.api.users.set('secret', { name: 'reader', forbidden: ['list applications.argoproj.io'] });
  const flags = { git: recording, ref: 'WORKTREE', path: ['git'], 'no-proxies': true };
  const { report } = await runDrift({ ...flags, kubeconfig: served.api.kubeconfig() }, '0', signal, () => undefined);
  expect(report.complete).toBe(true);
  expect(report.diagnostics).toContainEqual(
    expect.objectContaining({ severity: 'warning', subject: 'applications.argoproj.io' }),
  );
  expect(report.findings.map(({ code }) => code)).toContain('MESH0001');
});
