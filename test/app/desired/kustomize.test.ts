import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DesiredOptions, readDesired } from '../../../src/app/desired/index.ts';
import type { Path } from '../../../src/model/json.ts';
import { type Resource, resourceKey, resourceName } from '../../../src/model/resource.ts';
import { readManifest } from '../../../src/source/manifest.ts';
import { makeRepository, temporaryDirectory, virtualService } from '../../support/git-repository.ts';

const fixture = 'fixtures/source/kustomize-overlay';
const read = (options: Partial<DesiredOptions> & { cwd: string }) => readDesired(options);

function place(resources: readonly Resource[], name: string, path: Path): string {
  const found = resources.find((resource) => resourceName(resource) === name)?.locate(path);
  return `${found?.file}:${found?.line}:${found?.column}`;
}

describe('an overlay of a real mesh', () => {
  const desired = read({ git: fixture, ref: 'WORKTREE', kustomize: ['overlays/prod'], cwd: '.' });
  const prefix = `${fixture}/`;

  it('renders to what was applied', async () => {
    const text = readFileSync(`${fixture}/rendered/prod.yaml`, 'utf8');
    const applied = readManifest('prod.yaml', text, { namespace: 'default' }).resources;
    const { resources } = await desired;
    const objects = (list: readonly Resource[]) => Object.fromEntries(list.map((it) => [resourceKey(it), it.object]));
    expect(objects(resources)).toEqual(objects(applied));
  });

  it.each<[string, Path, string]>([
    ['DestinationRule shop/catalog', [], 'base/destinationrule.yaml:2:1'],
    ['DestinationRule shop/catalog', ['metadata', 'name'], 'base/destinationrule.yaml:4:3'],
    ['DestinationRule shop/catalog', ['metadata', 'namespace'], 'overlays/prod/kustomization.yaml:3:1'],
    ['DestinationRule shop/catalog', ['metadata', 'labels', 'env'], 'overlays/prod/kustomization.yaml:5:11'],
    ['DestinationRule shop/catalog', ['spec', 'host'], 'base/destinationrule.yaml:6:3'],
    [
      'DestinationRule shop/catalog',
      ['spec', 'trafficPolicy', 'connectionPool', 'tcp', 'maxConnections'],
      'overlays/prod/destinationrule.patch.yaml:7:28',
    ],
    [
      'DestinationRule shop/catalog',
      ['spec', 'trafficPolicy', 'outlierDetection', 'consecutive5xxErrors'],
      'overlays/prod/destinationrule.patch.yaml:8:24',
    ],
    ['Gateway shop/edge', ['spec', 'servers', 0, 'hosts', 0], 'overlays/prod/kustomization.yaml:16:15'],
    ['Gateway shop/edge', ['spec', 'servers', 0, 'port', 'number'], 'base/gateway.yaml:8:12'],
    ['VirtualService shop/catalog', ['spec', 'hosts', 1], 'overlays/prod/virtualservice.patch.yaml:3:3'],
    ['VirtualService shop/catalog', ['spec', 'http', 0, 'name'], 'overlays/prod/virtualservice.patch.yaml:10:5'],
    ['VirtualService shop/catalog', ['spec', 'http', 1], 'base/virtualservice.yaml:13:5'],
    ['VirtualService shop/catalog', ['spec', 'http', 2, 'timeout'], 'overlays/prod/virtualservice.patch.yaml:6:3'],
    ['VirtualService shop/catalog', ['spec', 'http', 2, 'route', 0], 'base/virtualservice.yaml:23:7'],
    ['AuthorizationPolicy shop/catalog-no-delete', ['spec', 'action'], 'overlays/prod/authorizationpolicy.yaml:7:3'],
  ])('%s %j', async (name, path, expected) => {
    expect(place((await desired).resources, name, path)).toBe(prefix + expected);
  });
});

const base = {
  'base/kustomization.yaml': 'resources: [vs.yaml]\nnamePrefix: p-\n',
  'base/vs.yaml': virtualService('web', undefined, '  http:\n  - {name: a, timeout: 1s}\n  - {name: b, timeout: 2s}\n'),
};

describe('layers', () => {
  it('finds values through prefixes, components, lists that patches move, and inline patches', async () => {
    const { directory } = makeRepository({
      ...base,
      'parts/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- target: {kind: VirtualService}
  patch: |-
    - {op: remove, path: /spec/http/0}
    - op: add
      path: /spec/http/-
      value: {name: c, timeout: 3s}
`,
      'top/kustomization.yaml': `resources: [../base]
components: [../parts]
nameSuffix: -s
commonAnnotations: {team: web}
configMapGenerator:
- {name: settings, literals: [a=b]}
patches:
- path: add.yaml
- patch: |
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata:
      name: p-web
    spec:
      exportTo:
      - "."
`,
      'top/add.yaml': `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: p-web}
spec: {gateways: [mesh]}
`,
    });
    const { resources } = await read({ cwd: directory, namespace: 'shop' });
    const at = (...path: Path) => place(resources, 'VirtualService shop/p-web-s', path);
    expect(at()).toBe('base/vs.yaml:2:1');
    expect(at('metadata', 'name')).toBe('base/vs.yaml:3:12');
    expect(at('metadata', 'annotations', 'team')).toBe('top/kustomization.yaml:4:21');
    expect(at('spec', 'http', 0, 'timeout')).toBe('base/vs.yaml:8:15');
    expect(at('spec', 'http', 1, 'timeout')).toBe('parts/kustomization.yaml:9:24');
    expect(at('spec', 'gateways', 0)).toBe('top/add.yaml:4:19');
    expect(at('spec', 'exportTo', 0)).toBe('top/kustomization.yaml:16:9');
    const map = resources.find(({ kind }) => kind === 'ConfigMap');
    expect(map?.locate(['data', 'a'])).toMatchObject({ file: 'top/kustomization.yaml', line: 6 });
    expect(map?.metadata.annotations).toEqual({ team: 'web' });
  });
});

describe('which directories are rendered', () => {
  const overlay = (name: string, timeout: string) => ({
    [`${name}/kustomization.yaml`]: `resources: [../base]
patches:
- target: {kind: VirtualService}
  patch: '- {op: replace, path: /spec/http/0/timeout, value: ${timeout}}'
`,
  });

  it('those that no other builds upon, beside plain files', async () => {
    const { directory } = makeRepository({ ...base, ...overlay('prod', '5s'), 'plain.yaml': virtualService('x') });
    const { resources, skipped } = await read({ cwd: directory });
    expect(resources.map(resourceName)).toEqual(['VirtualService default/x', 'VirtualService default/p-web']);
    expect(skipped).toContainEqual({ file: 'base/vs.yaml', reason: 'an input of Kustomize' });
  });

  it('only the named ones, and nothing else unless paths say so', async () => {
    const files = { ...base, ...overlay('prod', '5s'), ...overlay('dev', '9s'), 'plain.yaml': virtualService('x') };
    const { directory } = makeRepository(files);
    const { resources } = await read({ cwd: directory, kustomize: ['prod'] });
    expect(resources.map(resourceName)).toEqual(['VirtualService default/p-web']);
    expect((await read({ cwd: directory, kustomize: ['dev'], paths: ['plain.yaml'] })).resources).toHaveLength(2);
    await expect(read({ cwd: directory })).rejects.toThrow('both make VirtualService default/p-web, and not the same');
    expect((await read({ cwd: directory, paths: ['base'] })).resources.map(resourceName)).toEqual([
      'VirtualService default/p-web',
    ]);
    expect((await read({ cwd: directory, paths: ['base/vs.yaml'] })).resources.map(resourceName)).toEqual([
      'VirtualService default/web',
    ]);
    await expect(read({ cwd: directory, kustomize: ['.'] })).rejects.toThrow('has no kustomization.yaml');
  });

  it('none where the project file says so', async () => {
    const { directory } = makeRepository({ ...base, '.mesh.yaml': 'version: mesh-config/v1\nkustomize: []\n' });
    expect((await read({ cwd: directory })).resources.map(resourceName)).toEqual(['VirtualService default/web']);
  });

  it('from a commit, whatever lies in the work tree', async () => {
    const repository = makeRepository(base);
    repository.write({ 'base/vs.yaml': 'broken: [' });
    expect((await read({ cwd: repository.directory })).resources.map(resourceName)).toEqual([
      'VirtualService default/p-web',
    ]);
  });
});

describe('what cannot be rendered', () => {
  it.each([
    ['resources: ["https://example.invalid/x.yaml"]\n', 'is on the network', 'remoteBases: true'],
    ['resources: [github.com/a/b//c?ref=v1]\n', 'is on the network', 'remoteBases: true'],
    ['resources: [nowhere.yaml]\n', 'k/kustomization.yaml:1:13: nowhere.yaml is not in the repository', 'commit it'],
    ['resources: [vs.yaml]\npatches: [{path: nowhere.yaml}]\n', 'Kustomize cannot render k: ', 'kubectl kustomize k'],
  ])('%j', async (text, message, fix) => {
    const files = { 'k/kustomization.yaml': text, 'k/vs.yaml': virtualService('a'), 'x.yaml': virtualService('x') };
    const { directory } = makeRepository(files);
    const [line = ''] = message.split(':13');
    const found = await read({ cwd: directory });
    expect(found.diagnostics).toMatchObject([{ severity: 'error', location: { file: 'k/kustomization.yaml' } }]);
    const error = await read({ cwd: directory, kustomize: ['k'] }).catch((it) => it);
    expect(error.message).toContain(line);
    expect(error.fix).toContain(fix);
  });

  it('anything, without kubectl and kustomize', async () => {
    const { directory } = makeRepository(base);
    const bin = temporaryDirectory();
    const path = process.env['PATH'];
    const { symlinkSync } = await import('node:fs');
    const { execFileSync } = await import('node:child_process');
    symlinkSync(execFileSync('which', ['git'], { encoding: 'utf8' }).trim(), `${bin}/git`);
    process.env['PATH'] = bin;
    try {
      await expect(read({ cwd: directory, kustomize: ['base'] })).rejects.toThrow('neither kubectl nor kustomize');
    } finally {
      process.env['PATH'] = path;
    }
  });
});
