import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const folder = 'fixtures/recordings/1.29/pattern-exact-match';

function kubectlMesh(...args: string[]) {
  return spawnSync('bin/kubectl-mesh', args, { encoding: 'utf8' });
}

describe('the command line', () => {
  it('takes an argument behind a flag that may be given several times', () => {
    const inputs = ['--capture', `${folder}/capture`, '--git', folder, '--ref', 'WORKTREE', '--path', 'git'];
    const { stdout, status } = kubectlMesh(
      'route',
      '--from',
      'shop/frontend',
      ...inputs,
      'http://catalog:8080/api/health/detailed',
    );
    expect(stdout).toContain('404 NR');
    expect(status).toBe(0);
  });

  it.each([
    ['an unknown flag', ['drift', '--bogus'], /--bogus/],
    ['an unknown command', ['drfit'], /drfit/],
    ['a value that is none of those allowed', ['drift', '-o', 'pdf'], /--output/],
    ['a capture that is none', ['drift', '--capture', 'src', '--git', folder, '--ref', 'WORKTREE'], /capture\.json/],
    ['a ref that is not there', ['drift', '--capture', `${folder}/capture`, '--ref', 'no-such-ref'], /no-such-ref/],
  ])('answers %s with exit code 2 and what is wrong, without a stack', (_name, args, message) => {
    const { stdout, stderr, status } = kubectlMesh(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
  });
});
