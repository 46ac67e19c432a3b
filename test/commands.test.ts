import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const recording = 'fixtures/recordings/1.29/drift-several';
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
    ['an unknown command', ['drfit'], /command drfit not found; did you mean drift\?\nkubectl mesh --help lists/],
    ['a value that is none of those allowed', ['drift', '-o', 'pdf'], /--output/],
    ['a capture that is none', ['drift', '--capture', 'src', '--git', folder, '--ref', 'WORKTREE'], /capture\.json/],
    ['a ref that is not there', ['drift', '--capture', `${folder}/capture`, '--ref', 'no-such-ref'], /no-such-ref/],
    [
      'a range of three dots whose base is not there',
      ['review', 'no-such-base...HEAD', '--capture', `${folder}/capture`],
      /no branch, tag or commit no-such-base/,
    ],
  ])('answers %s with exit code 2 and what is wrong, without a stack', (_name, args, message) => {
    const { stdout, stderr, status } = kubectlMesh(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
  });

  it('tells what it found by the exit code even where nobody reads to the end', () => {
    const inputs = `--capture ${recording}/capture --git ${recording} --ref WORKTREE --path git`;
    const script = `bin/kubectl-mesh drift ${inputs} -o json --no-proxies | head -c 1 > /dev/null; exit "\${PIPESTATUS[0]}"`;
    const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(1);
  });

  it.skipIf(!existsSync('/dev/full'))('says that its output could not be written', () => {
    const script = 'bin/kubectl-mesh explain 100 > /dev/full';
    const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stderr).toMatch(/^error: stdout cannot be written: ENOSPC[^\n]*\n$/);
    expect(status).toBe(2);
  });

  it.each([['check'], ['review', 'WORKTREE..']])('%s is not clean where a file of Git cannot be read', (...command) => {
    const directory = mkdtempSync(join(tmpdir(), 'mesh-broken-'));
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: x, namespace: shop}\n';
    writeFileSync(join(directory, 'good.yaml'), service);
    writeFileSync(join(directory, 'bad.yaml'), `${service}spec: {ports: [\n`);
    const more = command[0] === 'check' ? ['--ref', 'WORKTREE'] : [];
    const { stdout, status } = kubectlMesh(
      ...command,
      '--git',
      directory,
      ...more,
      '--capture',
      `${recording}/capture`,
    );
    expect(stdout).toContain('broken YAML');
    expect(stdout).toContain('incomplete: ');
    expect(status).toBe(2);
    rmSync(directory, { recursive: true });
  });
});
