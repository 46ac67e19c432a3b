import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDesired } from '../../../src/app/desired/index.ts';
import { type Resource, resourceName } from '../../../src/model/resource.ts';
import { toResource } from '../../../src/source/object.ts';
import { makeRepository, virtualService } from '../../support/git-repository.ts';

const live = (name: string, namespace = 'shop'): Resource =>
  toResource({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name, namespace } }, 'api');

describe('files of a repository', () => {
  it.each(['HEAD', 'WORKTREE'])('links and submodules are not followed, and it is said: %s', async (ref) => {
    const inner = makeRepository({ 'b.yaml': virtualService('b') });
    const outer = makeRepository({ 'mesh/a.yaml': virtualService('a') });
    symlinkSync('mesh/a.yaml', join(outer.directory, 'link.yaml'));
    symlinkSync('/etc', join(outer.directory, 'etc'));
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.directory, 'sub');
    outer.commit({});
    const { resources, diagnostics } = await readDesired({ cwd: outer.directory, ref });
    expect(resources.map(resourceName)).toEqual(['VirtualService default/a']);
    expect(diagnostics).toMatchObject([
      { severity: 'info', message: '2 symbolic links (etc, link.yaml) not followed' },
      { severity: 'warning', message: '1 submodule (sub) not read' },
    ]);
  });

  it('names of any shape are read, binary and huge files are not', async () => {
    const { directory } = makeRepository({
      'a b/ü\t"x.yaml': virtualService('odd'),
      '-n.yaml': virtualService('dash'),
      'blob.yaml': '\0\0',
      'huge.json': ' '.repeat(17 * 1024 * 1024),
      'values.yaml': 'replicas: 1\n',
    });
    const { resources, diagnostics, skipped } = await readDesired({ cwd: directory });
    expect(resources.map(resourceName).sort()).toEqual(['VirtualService default/dash', 'VirtualService default/odd']);
    expect(diagnostics.map(({ location, message }) => [location?.file, message])).toEqual([
      ['blob.yaml', 'the file was not read: binary'],
      ['huge.json', 'the file was not read: too large'],
    ]);
    expect(skipped).toContainEqual({ file: 'values.yaml', reason: 'no Kubernetes objects' });
  });

  it('names every place of an object that stands twice; the last counts', async () => {
    const { directory } = makeRepository({
      'a.yaml': virtualService('a', 'shop', '  exportTo: ["."]\n'),
      'b.yaml': virtualService('a', 'shop'),
      'c.yaml': virtualService('c', 'shop'),
      'd.yaml': virtualService('c', 'shop'),
    });
    const { resources, diagnostics } = await readDesired({ cwd: directory });
    expect(resources.map((it) => it.locate([])?.file)).toEqual(['b.yaml', 'd.yaml']);
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        message: 'VirtualService shop/a stands in 2 places that differ: a.yaml:2, b.yaml:2; the last counts',
        location: { file: 'b.yaml' },
        related: [{ location: { file: 'a.yaml', line: 2 } }],
      },
      { severity: 'info', location: { file: 'd.yaml' } },
    ]);
  });

  it('says of UTF-16, which a shell of Windows writes, that its objects are missing', async () => {
    const { directory } = makeRepository({ 'a.yaml': virtualService('a') });
    const bytes = Buffer.from(`\ufeff${virtualService('b')}`, 'utf16le');
    writeFileSync(join(directory, 'b.yaml'), bytes);
    const { diagnostics } = await readDesired({ cwd: directory, ref: 'WORKTREE' });
    expect(diagnostics).toMatchObject([
      { severity: 'error', message: 'the file was not read: UTF-16, not UTF-8', location: { file: 'b.yaml' } },
    ]);
  });

  it('a capture in the repository is no configuration', async () => {
    const { directory } = makeRepository({
      'a.yaml': virtualService('a'),
      'seen/capture.json': '{}',
      'seen/resources/x.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [live('b').object] }),
    });
    expect((await readDesired({ cwd: directory })).resources.map(resourceName)).toEqual(['VirtualService default/a']);
  });
});

describe('whereabouts of objects that were not read', () => {
  it('tells apart what Git dropped, has elsewhere, and never had', async () => {
    const repository = makeRepository({
      'mesh/all.yaml': ['a', 'gone', 'renamed'].map((name) => virtualService(name, 'shop')).join('---\n'),
      'other/x.yaml': virtualService('x', 'shop'),
    });
    const dropped = repository.commit({ 'mesh/all.yaml': virtualService('a', 'shop') }, 'drop gone');
    repository.commit({ 'mesh/b.yaml': virtualService('gone', 'other') });
    const desired = await readDesired({ cwd: repository.directory, paths: ['mesh'] });
    const places = await desired.whereabouts([live('gone'), live('x'), live('never'), live('a', 'never')]);
    expect(Object.fromEntries(places)).toMatchObject({
      'networking.istio.io/VirtualService/shop/gone': {
        kind: 'dropped',
        commit: dropped,
        subject: 'drop gone',
        location: { file: 'mesh/all.yaml', line: 8 },
      },
      'networking.istio.io/VirtualService/shop/x': { kind: 'elsewhere', location: { file: 'other/x.yaml', line: 2 } },
      'networking.istio.io/VirtualService/shop/never': { kind: 'never' },
      'networking.istio.io/VirtualService/never/a': { kind: 'never' },
    });
  });

  it('sees what is not committed, and says what it cannot know', async () => {
    const repository = makeRepository({ 'a.yaml': virtualService('a', 'shop'), 'b.yaml': virtualService('b', 'shop') });
    repository.write({ 'b.yaml': null });
    const files = await readDesired({ cwd: repository.directory, ref: 'WORKTREE' });
    expect([...(await files.whereabouts([live('b')])).values()]).toMatchObject([
      { kind: 'dropped', commit: '', subject: 'not committed yet', location: { file: 'b.yaml' } },
    ]);
    const clone = await readDesired({ cwd: '/', git: `file://${repository.directory}`, paths: ['a.yaml'] });
    expect([...(await clone.whereabouts([live('b'), live('z')])).values()]).toMatchObject([
      { kind: 'elsewhere', location: { file: 'b.yaml' } },
      { kind: 'unknown' },
    ]);
  });

  it('has no more to tell of a repository without commits', async () => {
    const repository = makeRepository();
    repository.write({ 'a.yaml': virtualService('a', 'shop') });
    const files = await readDesired({ cwd: repository.directory, ref: 'WORKTREE' });
    expect(files.resources).toHaveLength(1);
    expect([...(await files.whereabouts([live('b')])).values()]).toEqual([{ kind: 'never' }]);
  });
});
