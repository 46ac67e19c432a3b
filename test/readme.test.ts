import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');

/** The code block between two markers of README.md. */
function shown(name: string): string {
  const block = new RegExp(`<!-- ${name} -->\n+\`\`\`\n([\\s\\S]*?)\n\`\`\``).exec(readme)?.[1];
  if (block === undefined) throw new Error(`README.md shows no ${name}`);
  return block;
}

function kubectlMesh(...args: string[]): string {
  return execFileSync('bin/kubectl-mesh', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

describe('README.md shows what the program really prints', () => {
  it('for the demo', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { demo: string } };
    const [, ...args] = scripts.demo.split(' ');
    expect(kubectlMesh(...args).trimEnd()).toBe(shown('demo'));
  });

  it('for route', () => {
    const folder = 'fixtures/recordings/1.29/pattern-exact-match';
    const inputs = ['--capture', `${folder}/capture`, '--git', folder, '--ref', 'WORKTREE', '--path', 'git'];
    const printed = kubectlMesh(
      'route',
      '--from',
      'shop/frontend',
      ...inputs,
      'http://catalog:8080/api/health/detailed',
    );
    expect(printed.trimEnd()).toBe(shown('route').replace(/^\$ .*\n/, ''));
  });

  it('for compile', () => {
    const printed = kubectlMesh('compile', 'shop/frontend', '--capture', 'fixtures/recordings/1.29/baseline/capture');
    const block = shown('compile').replace(/\n\.\.\.$/, '');
    expect(printed.startsWith(block)).toBe(true);
    expect(JSON.parse(printed).configs).toHaveLength(4);
  });
});
