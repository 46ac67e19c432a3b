import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A real repository in a temporary directory, for one test. */
export interface TestRepository {
  directory: string;
  git(...args: string[]): string;
  /** Writes files; null deletes one. */
  write(files: Record<string, string | null>): void;
  /** Writes files and commits all; returns the commit's id. */
  commit(files: Record<string, string | null>, message?: string): string;
}

/** An empty directory, removed when the test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mesh-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function makeRepository(files?: Record<string, string>): TestRepository {
  const directory = temporaryDirectory();
  const env = {
    ...process.env,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example',
  };
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: directory, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const write = (changes: Record<string, string | null>): void => {
    for (const [path, text] of Object.entries(changes)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      if (text === null) rmSync(join(directory, path));
      else writeFileSync(join(directory, path), text);
    }
  };
  git('init', '--quiet', '--initial-branch=main');
  const repository: TestRepository = {
    directory,
    git,
    write,
    commit(changes, message = 'change') {
      write(changes);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
  };
  if (files) repository.commit(files, 'first');
  return repository;
}

/** A VirtualService in YAML; `extra` goes below spec. */
export function virtualService(name: string, namespace?: string, extra = ''): string {
  const where = namespace === undefined ? '' : `, namespace: ${namespace}`;
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}${where}}
spec:
  hosts: [${name}]
${extra}`;
}
