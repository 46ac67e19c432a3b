import { GitFailure, runGit } from './run.ts';

/** A file's content before a commit changed or deleted it. */
export interface FormerFile {
  /** '' for a change that is not committed. */
  commit: string;
  /** ISO 8601. */
  date: string;
  subject: string;
  path: string;
  /** The content before the commit. */
  oid: string;
}

/** No more commits than this are looked at, newest first. */
const mostCommits = 200;

/**
 * Finds the commits that took away or added a line with one of the names, newest first, each with the files as they were
 * before it. One run of `git log -G`, bounded by time.
 *
 * @param commit where to start; '' for the work tree, whose changes then come first
 * @param names of objects; Kubernetes' names have no character that a pattern takes for its own, except the dot
 * @returns undefined where the search took too long; none in a repository without commits
 */
export async function formerFiles(
  root: string,
  commit: string,
  names: readonly string[],
  options: { timeout: number; signal?: AbortSignal },
): Promise<FormerFile[] | undefined> {
  if (names.length === 0) return [];
  const pattern = `name"?: *["']?(${names.map((name) => name.replaceAll('.', '[.]')).join('|')})`;
  const show = ['--raw', '--no-abbrev', '--no-renames', '-z', `-G${pattern}`];
  const files = ['--', ...['yaml', 'yml', 'json'].map((extension) => `:(icase)*.${extension}`)];
  const format = ['-m', '--first-parent', `--max-count=${mostCommits}`, '--format=%x01%H%x02%cI%x02%s'];
  const limit = AbortSignal.timeout(options.timeout);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  const git = async (...args: string[]): Promise<string> =>
    (await runGit(args, { cwd: root, signal })).toString('utf8');
  try {
    if (commit === '' && !(await hasCommits(root, signal))) return [];
    const log = await git('log', ...show, ...format, '--end-of-options', commit || 'HEAD', ...files);
    if (commit !== '') return parseLog(log);
    const uncommitted = await git('diff', ...show, 'HEAD', ...files);
    return [...parseLog(`\x02\x02not committed yet\0${uncommitted}`), ...parseLog(log)];
  } catch (error) {
    options.signal?.throwIfAborted();
    if (limit.aborted) return undefined;
    throw error;
  }
}

async function hasCommits(root: string, signal: AbortSignal): Promise<boolean> {
  try {
    await runGit(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'], { cwd: root, signal });
    return true;
  } catch (error) {
    if (error instanceof GitFailure) return false;
    throw error;
  }
}

/** `\x01<commit>\x02<date>\x02<subject>\0` and then, for each file, `:<modes> <old> <new> <status>\0<path>\0`. */
function parseLog(text: string): FormerFile[] {
  return text.split('\x01').flatMap((block) => {
    const [head = '', ...rest] = block.split('\0');
    const [commit = '', date = '', subject = ''] = head.split('\x02');
    const files: FormerFile[] = [];
    for (let index = 0; index + 1 < rest.length; index++) {
      const change = /^\n?:\d+ \d+ ([0-9a-f]+) [0-9a-f]+ ([A-Z])/.exec(rest[index] as string);
      if (!change) continue;
      const [, oid = '', status] = change;
      index++;
      if (status !== 'A') files.push({ commit, date, subject, path: rest[index] as string, oid });
    }
    return files;
  });
}
