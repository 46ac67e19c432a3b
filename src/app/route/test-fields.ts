import { readRequest } from '../../explain/index.ts';
import { isObject, type Path } from '../../model/json.ts';
import { nearest } from '../../source/nearest.ts';
import { seconds } from './seconds.ts';
import { known, type TestDocument } from './test-document.ts';
import type { Expectation } from './test-file.ts';

/** Envoy's response flags (access log, `%RESPONSE_FLAGS%`). */
const flags =
  '- DC DF DI DO DPE DR DT FI IH LH LR NC NFCF NR OM RL RLSE SI UAEX UC UDO UF UH UMSDR UO UPE UR URX UT'.split(' ');

const keys = ['status', 'flag', 'route', 'virtualHost', 'cluster', 'clusters', 'location', 'path', 'host', 'headers'];

/** What a field must be, in words, where it is not; undefined where it is fine. */
type Check = (value: unknown) => string | undefined;

const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'must be a text');
const textOrNull: Check = (value) => (value === null ? undefined : text(value) && 'must be a text, or null for none');

const checks: Record<string, Check> = {
  status: (value) =>
    value === 0 || (Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 599)
      ? undefined
      : 'must be a status from 100 to 599, or 0 for no answer',
  flag(value) {
    if (typeof value === 'string' && value.split(',').every((it) => flags.includes(it))) return undefined;
    const [near] = nearest(String(value).toUpperCase(), flags, 1);
    return `must be a response flag of Envoy${near ? `; did you mean ${near}?` : `: ${flags.join(', ')}`}`;
  },
  route: textOrNull,
  virtualHost: text,
  cluster: textOrNull,
  clusters(value) {
    const shares = isObject(value) ? Object.values(value) : [];
    if (shares.length === 0 || !shares.every((it) => Number.isInteger(it) && (it as number) >= 0))
      return 'must be shares in whole percent by name of cluster';
    const sum = shares.reduce((total: number, it) => total + (it as number), 0);
    // Shares of a third are rounded one by one.
    return Math.abs(sum - 100) < shares.length ? undefined : `can never be: the shares are ${sum} % together`;
  },
  location: text,
  path: (value) =>
    typeof value === 'string' && value.startsWith('/') ? undefined : 'must be a path that starts with /',
  host: text,
  headers: (value) => (isObject(value) ? undefined : 'must be a mapping of names to values'),
  timeout: (value) => (seconds(value) === undefined ? 'must be a duration such as 5s or 1500ms' : undefined),
};

/**
 * Checks what a test expects.
 *
 * @throws UserError for a key that is not known, a value that Envoy cannot have, and what excludes something else
 */
export function checkExpectation(document: TestDocument, at: Path, expect: Record<string, unknown>): Expectation {
  known(document, at, expect, [...keys, 'timeout']);
  for (const [key, value] of Object.entries(expect)) {
    const wrong = checks[key]?.(value);
    if (wrong) document.fail([...at, key], wrong);
  }
  const { status, location, route, cluster, clusters } = expect;
  const sends = ['clusters', 'path', 'host', 'timeout'].find((key) => expect[key] !== undefined);
  if (cluster !== undefined && clusters !== undefined)
    document.fail([...at, 'clusters'], 'stands beside cluster; write one of them');
  if (route === null && (sends || typeof cluster === 'string'))
    document.fail([...at, 'route'], `can never be: without a route there is no ${sends ?? 'cluster'}`);
  if (location !== undefined && typeof status === 'number' && (status < 300 || status > 399))
    document.fail([...at, 'location'], `can never be: a proxy that answers ${status} does not redirect`);
  return expect as Expectation;
}

/**
 * The header lines of a request.
 *
 * @throws UserError for what is no mapping of texts
 */
export function headerLines(document: TestDocument, at: Path, headers: unknown): string[] {
  if (headers === undefined) return [];
  if (!isObject(headers)) return document.fail(at, 'must be a mapping of names to values');
  return Object.entries(headers).map(([name, value]) => {
    if (!['string', 'number', 'boolean'].includes(typeof value))
      return document.fail([...at, name], 'must be a text; write it in quotes');
    const line = `${name}: ${String(value)}`;
    tried(document, [...at, name], () => readRequest('http://host', [line]));
    return line;
  });
}

/** Runs what may find a request malformed. @throws UserError with its place */
export function tried(document: TestDocument, at: Path, read: () => void): void {
  try {
    read();
  } catch (error) {
    if ((error as { expected?: boolean }).expected !== true) throw error;
    document.fail(at, `is wrong: ${(error as Error).message}`);
  }
}
