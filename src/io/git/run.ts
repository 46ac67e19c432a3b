import { spawn } from 'node:child_process';
import { SourceError } from '../../source/diagnostic.ts';

/** A git command that failed, with what git said (credentials taken out). */
export class GitFailure extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(exitCode: number | null, stderr: string) {
    super(stderr === '' ? `git ended with ${exitCode}` : stderr);
    this.name = 'GitFailure';
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

export interface GitOptions {
  cwd: string;
  signal?: AbortSignal;
  /** Written to git's standard input. */
  input?: string;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Takes standard output as it comes; the result is then empty. */
  onData?: (chunk: Buffer) => void;
}

/** Variables that point git at another repository than `cwd` (set while a git hook runs). */
const elsewhere = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
];

/**
 * Runs git without a shell and returns its standard output. It writes nothing to the repository (no optional locks),
 * starts no file system monitor that a repository's config may name, uses plain transports only, and asks for
 * credentials only where a person can answer.
 *
 * @throws SourceError where git is not installed, GitFailure where the command fails
 */
export function runGit(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: 'http:https:ssh:git:file',
    ...options.env,
  };
  for (const name of elsewhere) delete env[name];
  if (!process.stdin.isTTY) env['GIT_TERMINAL_PROMPT'] ??= '0';
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['-c', 'core.fsmonitor=false', ...args], {
      cwd: options.cwd,
      env,
      signal: options.signal,
      windowsHide: true,
    });
    const output: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', options.onData ?? ((chunk: Buffer) => output.push(chunk)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < 64_000) stderr += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') return reject(error);
      reject(new SourceError('git is not installed, or not in PATH', 'install git, or read files with --ref WORKTREE'));
    });
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new GitFailure(code, withoutCredentials(stderr.trim())));
    });
    // A command that ends early closes its input; its exit code tells why.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

/** Takes user names and passwords out of URLs in a text that will be shown. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s']*@/gi, '$1');
}
