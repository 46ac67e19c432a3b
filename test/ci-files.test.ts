import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Step {
  name?: string;
  run?: string;
}
const actions = load(readFileSync('docs/ci/github-actions.yaml', 'utf8')) as {
  jobs: Record<string, { steps: Step[] }>;
};
const gitlab = load(readFileSync('docs/ci/gitlab-ci.yml', 'utf8')) as Record<
  string,
  { script: string[]; artifacts: any }
>;

const folder = mkdtempSync(join(tmpdir(), 'mesh-ci-'));
const repository = join(folder, 'repository');
const calls = join(folder, 'calls');
afterAll(() => rmSync(folder, { recursive: true }));

/** A shell command of a pipeline, as its runner starts it, in a repository with the demo's recording. */
function run(command: string, variables: Record<string, string> = {}) {
  return spawnSync('bash', ['-e', '-o', 'pipefail', '-c', command], {
    cwd: repository,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${folder}:${resolve('bin')}:${process.env['PATH']}`,
      MESH_PATH: 'git',
      MESH_CLUSTER: '--capture capture',
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      CALLS: calls,
      ...variables,
    },
  });
}

function step(job: string, name: string): string {
  const found = actions.jobs[job]?.steps.find((it) => it.name === name)?.run;
  if (found === undefined) throw new Error(`${job} has no step ${name}`);
  return found;
}

beforeAll(() => {
  mkdirSync(repository);
  const recording = resolve('fixtures/recordings/1.29/drift-several');
  const identity = '-c user.name=x -c user.email=x@example';
  spawnSync('bash', [
    '-c',
    `cd ${repository} && cp -r ${recording}/. . && git init -q && git add git && git ${identity} commit -qm base && git ${identity} commit -qm head --allow-empty`,
  ]);
  writeFileSync(join(folder, 'gh'), '#!/bin/sh\nprintf "%s\\n" "$*" >> "$CALLS"\nprintf "%s" "$COMMENT"\n');
  chmodSync(join(folder, 'gh'), 0o755);
});

describe('docs/ci/github-actions.yaml', () => {
  it('has shell commands that bash can read', () => {
    for (const { run: command } of Object.values(actions.jobs).flatMap((job) => job.steps))
      if (command !== undefined) expect(spawnSync('bash', ['-n', '-c', command]).status).toBe(0);
  });

  it('finds drift, writes its files and the summary', () => {
    const { status, stdout, stderr } = run(step('drift', 'Drift'));
    expect(stderr).toBe('');
    expect(status).toBe(1);
    expect(stdout).toContain('ERROR VirtualService shop/catalog');
    expect(run(step('drift', 'Summary')).status).toBe(0);
    expect(readFileSync(join(folder, 'summary'), 'utf8')).toContain('### kubectl mesh drift');
    expect(readFileSync(join(repository, 'mesh.html'), 'utf8')).toContain('<!doctype html>');
  });

  it('comments once, and edits the comment that is there', () => {
    const comments = { COMMENTS: 'repos/o/r/issues/7/comments' };
    writeFileSync(join(repository, 'mesh.md'), '<!-- kubectl-mesh review -->\nx\n');
    expect(run(step('review', 'Comment'), { ...comments, COMMENT: '' }).status).toBe(0);
    expect(readFileSync(calls, 'utf8')).toContain('--method POST repos/o/r/issues/7/comments -F body=@mesh.md');
    expect(run(step('review', 'Comment'), { ...comments, COMMENT: '42\n43' }).status).toBe(0);
    expect(readFileSync(calls, 'utf8')).toContain('--method PATCH repos/o/r/issues/comments/42 -F body=@mesh.md');
  });

  it('makes no second comment where the first could not be looked for', () => {
    writeFileSync(join(folder, 'gh'), '#!/bin/sh\nprintf "%s\\n" "$*" >> "$CALLS"\nexit 1\n');
    writeFileSync(calls, '');
    expect(run(step('review', 'Comment'), { COMMENTS: 'repos/o/r/issues/7/comments' }).status).not.toBe(0);
    expect(readFileSync(calls, 'utf8')).not.toContain('POST');
  });

  it('keeps the kubeconfig where nobody else reads it', () => {
    const variables = { RUNNER_TEMP: folder, GITHUB_ENV: join(folder, 'env'), KUBECONFIG_DATA: 'kind: Config\n%s' };
    expect(run(step('review', 'Reach the cluster'), variables).status).toBe(0);
    expect(readFileSync(join(folder, 'kubeconfig'), 'utf8')).toBe('kind: Config\n%s');
    expect(statSync(join(folder, 'kubeconfig')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'env'), 'utf8')).toBe(`KUBECONFIG=${join(folder, 'kubeconfig')}\n`);
  });

  it.skipIf(spawnSync('jq', ['--version']).status !== 0)('uploads no alert of what the change fixes', () => {
    const results = ['new', 'unchanged', 'absent'].map((baselineState) => ({ ruleId: 'x', baselineState }));
    writeFileSync(join(repository, 'mesh.sarif'), JSON.stringify({ runs: [{ results }] }));
    expect(run(step('review', 'Alerts')).status).toBe(0);
    const alerts = JSON.parse(readFileSync(join(repository, 'alerts.sarif'), 'utf8'));
    expect(alerts.runs[0].results).toEqual(results.slice(0, 2));
  });

  it('has keys that GitHub knows', () => {
    const steps = Object.values(actions.jobs).flatMap((job) => job.steps);
    const known = ['name', 'id', 'if', 'uses', 'run', 'with', 'env', 'shell', 'continue-on-error', 'working-directory'];
    for (const it of steps) {
      for (const key of Object.keys(it)) expect(known).toContain(key);
      expect('uses' in it !== 'run' in it).toBe(true);
    }
  });

  it('reviews a pull request that changes nothing as clean', () => {
    const { status, stdout, stderr } = run(step('review', 'Review'), { BASE: 'HEAD~1' });
    expect(stderr).toBe('');
    expect(status, stdout).toBe(0);
    expect(JSON.parse(readFileSync(join(repository, 'mesh.sarif'), 'utf8')).version).toBe('2.1.0');
  });
});

describe('docs/ci/gitlab-ci.yml', () => {
  it('finds drift and writes the reports that the job names', () => {
    const job = gitlab['mesh-drift']!;
    const { status, stderr } = run(job.script.join('\n'));
    expect(stderr).toBe('');
    expect(status).toBe(1);
    expect(readFileSync(join(repository, job.artifacts.reports.junit), 'utf8')).toContain('<failure');
  });

  it('has a review with the reports that its command writes', () => {
    const job = gitlab['mesh-review']!;
    const files = [...Object.values<string>(job.artifacts.reports), ...job.artifacts.paths];
    for (const file of files) expect(job.script.join(' ')).toContain(`=${file}`);
    expect(spawnSync('bash', ['-n', '-c', job.script.join('\n')]).status).toBe(0);
  });
});
