import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DesiredOptions, readDesired } from '../../../src/app/desired/index.ts';
import { resourceName } from '../../../src/model/resource.ts';
import { SourceError } from '../../../src/source/diagnostic.ts';
import { makeRepository, temporaryDirectory, virtualService } from '../../support/git-repository.ts';

async function names(options: DesiredOptions): Promise<string[]> {
  return (await readDesired(options)).resources.map(resourceName);
}

async function failure(options: DesiredOptions): Promise<SourceError> {
  const error = await readDesired(options).catch((it: unknown) => it);
  expect(error).toBeInstanceOf(SourceError);
  return error as SourceError;
}

/** main: a, then a and b; branch old: a; tag v1 (annotated): a. The work tree has c too, and not a. */
function history() {
  const repository = makeRepository({ 'mesh/a.yaml': virtualService('a', 'shop') });
  const first = repository.git('rev-parse', 'HEAD');
  repository.git('tag', '-a', 'v1', '-m', 'first');
  repository.git('branch', 'old');
  const second = repository.commit({ 'mesh/b.yaml': virtualService('b', 'shop') });
  repository.write({ 'mesh/a.yaml': null, 'mesh/c.yaml': virtualService('c', 'shop'), 'x.log': 'x' });
  return { ...repository, first, second };
}

describe('a ref of a local repository', () => {
  it.each([
    [undefined, ['a', 'b']],
    ['main', ['a', 'b']],
    ['old', ['a']],
    ['v1', ['a']],
    ['HEAD~1', ['a']],
    ['refs/heads/old', ['a']],
    ['WORKTREE', ['b', 'c']],
  ])('%s', async (ref, expected) => {
    const { directory, git } = history();
    const before = git('status', '--porcelain');
    const found = await names({ git: directory, ref, cwd: '/' });
    expect(found).toEqual(expected.map((name) => `VirtualService shop/${name}`));
    expect(git('status', '--porcelain')).toBe(before);
  });

  it('may be a commit, short or long, and says which one it was', async () => {
    const { directory, first } = history();
    for (const ref of [first, first.slice(0, 8)])
      expect(await readDesired({ git: directory, ref, cwd: '/' })).toMatchObject({
        ref,
        commit: first,
        repository: directory,
      });
  });

  it('is found on the remote where there is no local branch', async () => {
    const { directory } = history();
    const clone = makeRepository();
    clone.git('remote', 'add', 'origin', directory);
    clone.git('fetch', '--quiet', 'origin');
    expect(await readDesired({ git: clone.directory, ref: 'old', cwd: '/' })).toMatchObject({ ref: 'origin/old' });
  });

  it.each(['HEAD', 'WORKTREE'])('is read from any folder of the repository, without --git too: %s', async (ref) => {
    const { directory } = history();
    mkdirSync(join(directory, 'docs'));
    const all = await names({ git: directory, ref, cwd: '/' });
    expect(await names({ ref, cwd: join(directory, 'docs') })).toEqual(all);
    expect(await names({ ref, git: 'docs', cwd: directory })).toEqual(all);
  });

  it('is that of the directory, whatever repository the environment names (in a hook)', async () => {
    const { directory } = history();
    process.env['GIT_DIR'] = makeRepository().directory;
    onTestFinished(() => {
      delete process.env['GIT_DIR'];
    });
    expect(await names({ git: directory, cwd: '/' })).toHaveLength(2);
  });

  it('is read from bare repositories and linked work trees', async () => {
    const { directory, git } = history();
    const bare = join(temporaryDirectory(), 'bare.git');
    git('clone', '--quiet', '--bare', directory, bare);
    const linked = join(temporaryDirectory(), 'linked');
    git('worktree', 'add', '--quiet', linked, 'old');
    expect(await names({ git: bare, cwd: '/' })).toHaveLength(2);
    expect(await names({ git: linked, cwd: '/' })).toHaveLength(1);
    expect((await failure({ git: bare, ref: 'WORKTREE', cwd: '/' })).message).toContain('has no work tree');
  });
});

describe('files as they are', () => {
  it('reads a plain directory, and leaves ignored files of a repository out', async () => {
    const plain = temporaryDirectory();
    const repository = makeRepository({ '.gitignore': 'build/\n', 'a.yaml': virtualService('a', 'x') });
    repository.write({ 'build/b.yaml': virtualService('b', 'x') });
    expect(await names({ git: repository.directory, ref: 'WORKTREE', cwd: '/' })).toEqual(['VirtualService x/a']);
    expect(await names({ git: 'build', ref: 'WORKTREE', cwd: repository.directory })).toEqual(['VirtualService x/b']);
    expect((await failure({ git: plain, cwd: '/' })).fix).toContain('--ref WORKTREE');
    expect((await failure({ git: plain, ref: 'WORKTREE', cwd: '/' })).message).toContain('no Kubernetes object');
  });
});

describe('a clone URL', () => {
  it.each([
    ['HEAD', 2],
    ['old', 1],
    ['v1', 1],
    ['main~1', 1],
  ])('%s, with nothing left behind', async (ref, count) => {
    const { directory } = history();
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('kubectl-mesh-git-')).length;
    const before = left();
    const desired = await readDesired({ git: `file://${directory}`, ref, cwd: '/' });
    expect(desired.resources).toHaveLength(count);
    expect(desired.repository).toBe(`file://${directory}`);
    expect(left()).toBeLessThanOrEqual(before);
  });

  it('takes commits, short or long', async () => {
    const { directory, first } = history();
    for (const ref of [first, first.slice(0, 8)])
      expect(await readDesired({ git: `file://${directory}`, ref, cwd: '/' })).toMatchObject({ commit: first });
  });

  it('names what the remote has instead', async () => {
    const { directory } = history();
    expect(await failure({ git: `file://${directory}`, ref: 'mian', cwd: '/' })).toMatchObject({
      message: `file://${directory} has no branch, tag or commit mian`,
      fix: 'did you mean main?',
    });
  });

  it('shows no password', async () => {
    const error = await failure({ git: 'http://me:se@secret@127.0.0.1:1/x.git', cwd: '/' });
    expect(error.message).toContain('cannot fetch http://127.0.0.1:1/x.git');
    expect(`${error.message} ${error.fix} ${error.stack}`).not.toContain('secret');
  });

  it('of a repository without commits', async () => {
    const { directory } = makeRepository();
    expect((await failure({ git: `file://${directory}`, cwd: '/' })).message).toBe(
      `file://${directory} has no commit yet`,
    );
  });

  it.each(['ext::sh -c touch% /tmp/x', 'fd::17', 'ftp://a/b'])('refuses %s', async (git) => {
    expect((await failure({ git, cwd: '/' })).message).toContain('is not a clone URL');
  });
});

describe('what cannot be read', () => {
  it.each([
    [{ ref: 'mian' }, 'there is no branch, tag or commit mian', 'did you mean main?'],
    [{ ref: '--output=x' }, "'--output=x' is not a ref", ''],
    [{ ref: 'v2' }, 'there is no branch, tag or commit v2', 'did you mean v1?'],
    [{ paths: ['mehs'] }, 'there is nothing at mehs', 'did you mean mesh?'],
    [{ paths: ['../..'] }, 'there is nothing at ../..', 'folders there: mesh'],
    [{ git: 'nowhere' }, 'there is no directory', ''],
  ])('%j', async (options, message, fix) => {
    const { directory } = history();
    const error = await failure({ cwd: directory, ...options });
    expect(error.message).toContain(message);
    expect(error.fix).toContain(fix);
  });

  it('a repository without commits, or without YAML', async () => {
    const empty = makeRepository();
    expect((await failure({ cwd: empty.directory })).message).toBe('the repository has no commit yet');
    empty.commit({ 'README.md': 'x' });
    expect((await failure({ cwd: empty.directory })).message).toContain('no Kubernetes object was found');
  });

  it('a shallow clone without the commit', async () => {
    const { directory, first, git } = history();
    const shallow = join(temporaryDirectory(), 'shallow');
    git('clone', '--quiet', '--depth=1', `file://${directory}`, shallow);
    // A pipeline's clone has neither tags nor other branches.
    git('-C', shallow, 'tag', 'mine');
    for (const ref of ['HEAD~1', first, 'v9.9', 'elsewhere']) {
      const error = await failure({ git: shallow, ref, cwd: '/' });
      expect(error.message).toContain('shallow');
      expect(error.fix).toContain('--unshallow');
    }
  });

  it('a machine without git', async () => {
    const { directory } = history();
    const path = process.env['PATH'];
    process.env['PATH'] = temporaryDirectory();
    try {
      expect((await failure({ cwd: directory })).message).toBe('git is not installed, or not in PATH');
    } finally {
      process.env['PATH'] = path;
    }
  });
});
