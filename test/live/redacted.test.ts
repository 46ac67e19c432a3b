import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { expect, it, vi } from 'vitest';
import { runCapture } from '../../src/app/run-capture.ts';
import { runCompile } from '../../src/app/run-compile.ts';
import { runDrift } from '../../src/app/run-drift.ts';
import { runRoute } from '../../src/app/run-route.ts';
import { runVerify } from '../../src/app/run-verify.ts';
import { serveCapture } from '../support/api-server/serve-capture.ts';
import { makeRepository, temporaryDirectory } from '../support/git-repository.ts';

vi.setConfig({ testTimeout: 120_000 });

const frontend = 'shop/frontend-v1-6dddf95df-b695w';
const { signal } = new AbortController();
const nothing = () => undefined;
const virtualService = (token: string, timeout = '3s') => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'catalog', namespace: 'shop' },
  spec: {
    hosts: ['catalog'],
    http: [
      {
        timeout,
        headers: { request: { set: { authorization: `Bearer ${token}` } } },
        route: [{ destination: { host: 'catalog' } }],
      },
    ],
  },
});

/** A capture of a mesh whose proxies hold this VirtualService; without its credential, as captures are. */
async function captureOf(object: object): Promise<string> {
  const folder = temporaryDirectory();
  const mesh = join(folder, 'mesh');
  cpSync('fixtures/recordings/1.29/baseline/capture', mesh, { recursive: true });
  const file = join(mesh, 'resources/virtualservices.networking.istio.io.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [object] }));
  await runCompile({ capture: mesh, proxy: [frontend], out: join(mesh, 'proxies') }, [], signal);
  const served = await serveCapture(mesh);
  const capture = join(folder, 'capture');
  await runCapture({ kubeconfig: served.api.kubeconfig(), proxy: [frontend] }, capture, signal, nothing);
  await served.close();
  return capture;
}

it('Git with a credential is held against a capture without it: by verify, drift and route', async () => {
  const capture = await captureOf(virtualService('a1b2c3d4e5f6'));
  const dumped = readFileSync(join(capture, 'proxies', frontend, 'config_dump.json'), 'utf8');
  expect(dumped).not.toContain('a1b2c3d4e5f6');
  expect(dumped).toContain('[redacted]');
  const { directory, commit } = makeRepository({ 'catalog.yaml': dump(virtualService('a1b2c3d4e5f6')) });
  const flags = { capture, git: directory, proxy: [frontend] };

  const verified = await runVerify(flags, '0', signal);
  expect(verified.report.proxies).toMatchObject([{ id: frontend, arrival: 'arrived' }]);
  const told = 'credentials are not compared with this capture, which has none: VirtualService shop/catalog';
  expect(verified.report.diagnostics.map(({ message }) => message)).toContain(told);
  expect(verified.code).toBe(0);

  const drifted = await runDrift(flags, '0', signal, nothing);
  expect(drifted.report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  expect(drifted.report.diagnostics.map(({ message }) => message)).toContain(told);

  const route = await runRoute({ capture, git: directory, from: 'shop/frontend' }, 'http://catalog:8080/', signal);
  expect(route.report.agree).toBe(true);
  expect(route.report.notes).toContain(told);
  expect(JSON.stringify(route.report)).not.toContain('a1b2c3d4e5f6');

  // What else changes is seen as ever.
  commit({ 'catalog.yaml': dump(virtualService('a1b2c3d4e5f6', '9s')) });
  expect((await runVerify(flags, '0', signal)).report.proxies).toMatchObject([{ arrival: 'not-applied' }]);
});

it('a change of a credential alone cannot be verified of a capture, and is not green', async () => {
  const capture = await captureOf(virtualService('a1b2c3d4e5f6'));
  const { directory, commit } = makeRepository({ 'catalog.yaml': dump(virtualService('0000c3d4e5f6')) });
  commit({ 'catalog.yaml': dump(virtualService('a1b2c3d4e5f6')) });
  const flags = { capture, git: directory, since: 'HEAD~1', proxy: [frontend] };
  const { report, code } = await runVerify(flags, '0', signal);
  expect(report.diagnostics).toContainEqual(
    expect.objectContaining({ severity: 'error', message: expect.stringContaining('changes in a credential') }),
  );
  expect([report.complete, code]).toEqual([false, 2]);
});
