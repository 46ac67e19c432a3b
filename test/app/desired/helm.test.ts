import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDesired } from '../../../src/app/desired/index.ts';
import type { Path } from '../../../src/model/json.ts';
import { resourceName } from '../../../src/model/resource.ts';
import { makeRepository, temporaryDirectory } from '../../support/git-repository.ts';

const fixture = resolve('fixtures/source/helm-chart');
const release = { chart: 'charts/mesh-app', values: ['environments/prod.yaml'], release: 'shop', namespace: 'shop' };

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

/** Puts a program named helm first in PATH (alone but for git, where there is none), which notes what it was given. */
function fakeHelm(script: string | undefined): string {
  const bin = temporaryDirectory();
  for (const name of ['git', 'sh', 'cat', 'ls'])
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8', env: { PATH: path } }).trim(), `${bin}/${name}`);
  if (script !== undefined) {
    writeFileSync(`${bin}/helm`, `#!/bin/sh\necho "$@" > ${bin}/args\nls -a > ${bin}/files\n${script}\n`);
    chmodSync(`${bin}/helm`, 0o755);
  }
  process.env['PATH'] = bin;
  return bin;
}

const read = (helm: object[], options = {}) =>
  readDesired({ git: fixture, ref: 'WORKTREE', cwd: '/', helm: helm as (typeof release)[], ...options });

describe('a chart of a real mesh', () => {
  let bin = '';
  beforeEach(() => {
    bin = fakeHelm(`cat ${fixture}/rendered/shop.yaml`);
  });

  it('is rendered on a copy, with its values, release and namespace', async () => {
    const { resources } = await read([release]);
    expect(resources.map(resourceName)).toEqual([
      'AuthorizationPolicy shop/checkout',
      'DestinationRule shop/reviews',
      'DestinationRule shop/checkout',
      'Gateway shop/prod-edge',
      'PeerAuthentication shop/default',
      'VirtualService shop/reviews',
      'VirtualService shop/checkout',
    ]);
    const prefix = './fixtures/source/helm-chart';
    expect(readFileSync(`${bin}/args`, 'utf8').trim()).toBe(
      `template --namespace shop --values ${prefix}/environments/prod.yaml -- shop ${prefix}/charts/mesh-app`,
    );
    expect(readFileSync(`${bin}/files`, 'utf8')).not.toContain('package.json');
  });

  it.each<[string, Path, string]>([
    ['VirtualService shop/reviews', [], 'charts/mesh-app/templates/services.yaml:24:1'],
    ['VirtualService shop/reviews', ['metadata', 'namespace'], 'charts/mesh-app/values.yaml:1:1'],
    ['VirtualService shop/reviews', ['spec', 'hosts', 1], 'charts/mesh-app/templates/services.yaml:34:5'],
    ['VirtualService shop/reviews', ['spec', 'gateways', 1], 'environments/prod.yaml:3:1'],
    ['VirtualService shop/reviews', ['spec', 'http', 0, 'name'], 'charts/mesh-app/templates/services.yaml:41:5'],
    ['VirtualService shop/reviews', ['spec', 'http', 1, 'name'], 'charts/mesh-app/templates/services.yaml:51:5'],
    ['VirtualService shop/reviews', ['spec', 'http', 1, 'timeout'], 'charts/mesh-app/values.yaml:6:3'],
    ['VirtualService shop/checkout', ['spec', 'http', 0, 'timeout'], 'environments/prod.yaml:12:3'],
    [
      'DestinationRule shop/checkout',
      ['spec', 'trafficPolicy', 'outlierDetection', 'consecutive5xxErrors'],
      'environments/prod.yaml:18:7',
    ],
    ['PeerAuthentication shop/default', ['spec', 'mtls', 'mode'], 'charts/mesh-app/templates/security.yaml:9:5'],
    ['AuthorizationPolicy shop/checkout', [], 'charts/mesh-app/templates/security.yaml:15:1'],
  ])('%s %j', async (name, at, expected) => {
    const { resources } = await read([release]);
    const place = resources.find((resource) => resourceName(resource) === name)?.locate(at);
    expect(`${place?.file}:${place?.line}:${place?.column}`).toBe(`fixtures/source/helm-chart/${expected}`);
  });
});

describe('what helm prints', () => {
  it('gives objects without a namespace that of the release, and leaves tests out', async () => {
    const object = (name: string, more: string) =>
      `echo '---'; echo '# Source: c/templates/x.yaml'; echo '{apiVersion: v1, kind: Pod, metadata: {name: ${name}${more}}}'`;
    fakeHelm(
      [object('a', ''), object('b', ', annotations: {helm.sh/hook: test}'), object('c', ', namespace: own')].join('\n'),
    );
    const files = { 'c/Chart.yaml': 'name: c\n', 'c/templates/x.yaml': 'kind: {{ .Values.kind }}\n' };
    const { directory } = makeRepository(files);
    const names = async (helm: object) =>
      (await read([helm], { git: directory, ref: 'HEAD' })).resources.map(resourceName);
    expect(await names({ chart: 'c', namespace: 'team' })).toEqual(['Pod team/a', 'Pod own/c']);
    expect(await names({ chart: 'c' })).toEqual(['Pod default/a', 'Pod own/c']);
  });
});

describe('what cannot be rendered', () => {
  const failure = async (helm: object): Promise<{ message: string; fix: string }> => read([helm]).catch((it) => it);

  it('anything, without helm', async () => {
    fakeHelm(undefined);
    expect(await failure(release)).toMatchObject({
      message: 'chart fixtures/source/helm-chart/charts/mesh-app cannot be rendered: there is no helm in PATH',
      fix: expect.stringContaining('install helm'),
    });
  });

  it('a chart that helm refuses, in its own words', async () => {
    fakeHelm('echo "Error: execution error at (x.yaml:1:4): name is required" >&2; exit 1');
    expect((await failure(release)).message).toContain('x.yaml:1:4): name is required');
    fakeHelm('echo "Error: found in Chart.yaml, but missing in charts/ directory: base" >&2; exit 1');
    expect((await failure(release)).fix).toContain('helm dependency build');
  });

  it('what is no chart, or names values that are not there', async () => {
    fakeHelm('');
    expect((await failure({ chart: 'environments' })).message).toContain('is no Helm chart');
    expect((await failure({ ...release, values: ['environments/dev.yaml'] })).message).toContain('nothing at');
  });

  it('and a chart that nobody asked for is not passed over in silence', async () => {
    const files = {
      'mesh.yaml': '{apiVersion: v1, kind: Service, metadata: {name: a}}\n',
      'c/Chart.yaml': 'name: c\n',
      'c/templates/x.yaml': 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\n',
    };
    const { directory } = makeRepository(files);
    const { resources, diagnostics } = await readDesired({ cwd: directory });
    expect(resources.map(resourceName)).toEqual(['Service default/a']);
    expect(diagnostics).toMatchObject([{ severity: 'warning', location: { file: 'c/Chart.yaml' } }]);
  });
});
