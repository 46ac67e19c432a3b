import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { readDesired } from '../../../src/app/desired/index.ts';
import type { Path } from '../../../src/model/json.ts';
import { makeRepository, temporaryDirectory } from '../../support/git-repository.ts';

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

const route = (before: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
spec:
  hosts: [cart]
  http:
${before}  - timeout: 3s
    route:
    - destination: {host: cart}
`;
const comment = '  # mesh:ignore MESH0100 reason=later\n';

/** The waivers of a repository, and which of them cover a value of its first object. */
async function waived(files: Record<string, string>, at: Path, options = {}) {
  const desired = await readDesired({ cwd: makeRepository(files).directory, ...options });
  const location = desired.resources[0]?.locate(at);
  const covering = desired.waivers.filter(
    ({ location: { file }, lines }) =>
      location?.file === file && lines.from <= location.line && location.line <= lines.to,
  );
  return { waivers: desired.waivers.map(({ location: it }) => `${it.file}:${it.line}`), covering: covering.length };
}

it('count in the inputs of Kustomize, once for all overlays, and not in those of others', async () => {
  const overlay = 'namespace: shop\nresources: [../base]\n';
  const files = {
    'base/kustomization.yaml': 'resources: [cart.yaml]\n',
    'base/cart.yaml': route(comment),
    'prod/kustomization.yaml': overlay,
    'prod/canary/kustomization.yaml': 'resources: [cart.yaml]\n',
    'prod/canary/cart.yaml': route(comment),
  };
  expect(await waived(files, ['spec', 'http', 0, 'timeout'], { kustomize: ['prod'] })).toEqual({
    waivers: ['base/cart.yaml:8'],
    covering: 1,
  });
  expect(await waived(files, ['spec', 'hosts'], { kustomize: ['prod'] })).toMatchObject({ covering: 0 });
});

it('count in the templates and values of a chart', async () => {
  const bin = temporaryDirectory();
  for (const name of ['git', 'sh', 'cat'])
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), `${bin}/${name}`);
  writeFileSync(`${bin}/rendered.yaml`, `---\n# Source: app/templates/cart.yaml\n${route('')}`);
  writeFileSync(`${bin}/helm`, `#!/bin/sh\ncat ${bin}/rendered.yaml\n`);
  chmodSync(`${bin}/helm`, 0o755);
  process.env['PATH'] = bin;
  const files = {
    'app/Chart.yaml': 'name: app\nversion: 1.0.0\n',
    'app/values.yaml': 'host: cart # mesh:ignore MESH0100 reason=later\n',
    'app/templates/cart.yaml': route(comment).replace('[cart]', '[{{ .Values.host }}]'),
  };
  const helm = [{ chart: 'app' }];
  expect(await waived(files, ['spec', 'http', 0, 'timeout'], { helm })).toEqual({
    waivers: ['app/templates/cart.yaml:8', 'app/values.yaml:1'],
    covering: 1,
  });
});
