import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load } from 'js-yaml';
import { afterAll, describe, expect, it } from 'vitest';

const recordings = 'fixtures/recordings/1.29';
const folder = mkdtempSync(join(tmpdir(), 'mesh-outputs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const schema = JSON.parse(readFileSync('docs/schema/report.schema.json', 'utf8'));
const valid = new Ajv2020({ allErrors: true, strict: false }).compile(schema);

function drift(name: string, ...more: string[]) {
  const root = join(recordings, name);
  const git = ['--git', root, '--ref', 'WORKTREE', '--path', 'git', '--capture', join(root, 'capture')];
  return spawnSync(resolve('bin/kubectl-mesh'), ['drift', ...git, ...more], { encoding: 'utf8', maxBuffer: 64 << 20 });
}

describe('the published schema', () => {
  const names = readdirSync(recordings).filter((name) => readdirSync(join(recordings, name)).includes('git'));

  it.each(names)('holds for drift of %s as JSON and as YAML, which are the same', (name) => {
    const file = join(folder, `${name}.yaml`);
    const { stdout } = drift(name, '-o', 'json', '--output-file', `yaml=${file}`);
    const report = JSON.parse(stdout);
    expect(valid(report), JSON.stringify(valid.errors, null, 1)).toBe(true);
    expect(load(readFileSync(file, 'utf8'))).toEqual(report);
  });
});

describe('several outputs in one run', () => {
  it('print one, write the others, and exit as ever', () => {
    const [sarif, junit] = [join(folder, 'x.sarif'), join(folder, 'x.xml')];
    const files = [`sarif=${sarif}`, `junit=${junit}`, 'github=-'].flatMap((it) => ['--output-file', it]);
    const { stdout, status } = drift('drift-several', ...files);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ERROR /);
    expect(stdout).toMatch(/^::error file=/m);
    expect(JSON.parse(readFileSync(sarif, 'utf8')).runs[0].results).toHaveLength(5);
    expect(readFileSync(junit, 'utf8')).toContain('failures="5"');
  });

  it('end with 2 where a file cannot be written or a format is unknown', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const wrong of [`sarif=${folder}/file/x`, 'word=x', 'sarif', 'sarif=']) {
      const { status, stderr } = drift('drift-several', '--output-file', wrong);
      expect(status).toBe(2);
      expect(stderr).toContain('--output-file');
      expect(stderr).not.toContain('fault of kubectl mesh');
    }
  });
});
