import { describe, expect, it } from 'vitest';
import { readDesired } from '../../../src/app/desired/index.ts';
import { resourceName } from '../../../src/model/resource.ts';
import { toResource } from '../../../src/source/object.ts';
import { makeRepository, virtualService } from '../../support/git-repository.ts';

const files = {
  'prod/a.yaml': virtualService('a'),
  'prod/b.yaml': virtualService('b', 'payments'),
  'dev/a.yaml': virtualService('a', 'dev'),
};

describe('.mesh.yaml', () => {
  it('makes the bare command enough: paths, namespace, ownership', async () => {
    const { directory } = makeRepository({
      ...files,
      '.mesh.yaml': `version: mesh-config/v1
paths: [prod]
namespace: shop
ownership: {namespaces: [shop, 'pay*', '!payroll'], selector: 'team!=ops'}
`,
    });
    const desired = await readDesired({ cwd: directory });
    expect(desired.resources.map(resourceName)).toEqual(['VirtualService shop/a', 'VirtualService payments/b']);
    expect(desired).toMatchObject({ paths: ['prod'], configFile: '.mesh.yaml', diagnostics: [] });
    const owned = (namespace: string, labels = {}) =>
      desired.owns(
        toResource(
          { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'x', namespace, labels } },
          'api',
        ),
      );
    expect([owned('shop'), owned('payments'), owned('payroll'), owned('dev')]).toEqual([true, true, false, false]);
    expect(owned('shop', { team: 'ops' })).toBe(false);
  });

  it('is read at the ref, and gives way to flags', async () => {
    const repository = makeRepository(files);
    repository.commit({ '.mesh.yaml': 'version: mesh-config/v1\npaths: [dev]\n' });
    const read = async (options: object) =>
      (await readDesired({ cwd: repository.directory, ...options })).resources.map(resourceName);
    expect(await read({})).toEqual(['VirtualService dev/a']);
    expect(await read({ ref: 'HEAD~1' })).toHaveLength(3);
    expect(await read({ paths: ['prod'] })).toEqual(['VirtualService default/a', 'VirtualService payments/b']);
    expect(await read({ paths: ['prod'], namespace: 'x' })).toEqual([
      'VirtualService x/a',
      'VirtualService payments/b',
    ]);
  });

  it('may lie elsewhere', async () => {
    const repository = makeRepository({ ...files, 'ci/mesh.yaml': 'version: mesh-config/v1\npaths: [dev]\n' });
    const at = async (config: string, cwd = repository.directory) =>
      (await readDesired({ git: repository.directory, cwd, config })).configFile;
    expect(await at('ci/mesh.yaml')).toBe('ci/mesh.yaml');
    expect(await at('ci/mesh.yaml', '/')).toBe('ci/mesh.yaml');
    await expect(at('nowhere.yaml')).rejects.toThrow('there is no project file nowhere.yaml');
  });

  it('refuses a selector that is none', async () => {
    const text = 'version: mesh-config/v1\nownership: {selector: "a=b=c"}\n';
    const { directory } = makeRepository({ ...files, '.mesh.yaml': text });
    await expect(readDesired({ cwd: directory })).rejects.toThrow('ownership.selector is no label selector: a=b=c');
  });
});

describe('paths', () => {
  it('start at the folder one stands in, else at the root; files count too', async () => {
    const { directory } = makeRepository({ ...files, 'prod/dev/c.yaml': virtualService('c', 'c') });
    const read = async (path: string, folder = '') =>
      (await readDesired({ cwd: `${directory}/${folder}`, paths: [path] })).resources.map((it) => it.locate([])?.file);
    expect(await read('dev')).toEqual(['dev/a.yaml']);
    expect(await read('dev', 'prod')).toEqual(['prod/dev/c.yaml']);
    expect(await read('../dev', 'prod')).toEqual(['dev/a.yaml']);
    expect(await read('prod/a.yaml', 'dev')).toEqual(['prod/a.yaml']);
    expect(await read(`${directory}/dev/`)).toEqual(['dev/a.yaml']);
    expect(await read('.', 'prod')).toEqual(['prod/a.yaml', 'prod/b.yaml', 'prod/dev/c.yaml']);
    await expect(read('pro')).rejects.toThrow('there is nothing at pro');
  });
});
