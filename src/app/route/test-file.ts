import { load } from 'js-yaml';
import { isObject } from '../../model/json.ts';
import { nearest } from '../../source/nearest.ts';
import { UserError } from '../inputs.ts';
import { validatorCases } from './validator-file.ts';

/** What one request should do. What is not named is not looked at. */
export interface Expectation {
  status?: number;
  flag?: string;
  route?: string | null;
  virtualHost?: string;
  /** One cluster, or several with their shares in percent. */
  cluster?: string | null;
  clusters?: Record<string, number>;
  location?: string;
  path?: string;
  host?: string;
  /** Headers of the request as it reaches the application. */
  headers?: Record<string, string>;
  timeout?: string;
  /** Destinations in the terms of a VirtualService; `want` false: anything but these. */
  destinations?: { host: string; subset?: string; port?: number; weight?: number }[];
  want?: boolean;
}

/** One request with what it should do. */
export interface RouteTest {
  file: string;
  name: string;
  from?: string;
  gateway?: string;
  clientIp?: string;
  method: string;
  url: string;
  headers: string[];
  expect: Expectation;
}

/** Where requests of a file start that does not say it. */
export interface TestDefaults {
  from?: string;
  gateway?: string;
}

const testKeys = ['name', 'request', 'expect'];
const requestKeys = ['from', 'gateway', 'clientIp', 'method', 'url', 'headers'];
const expectKeys = [
  'status',
  'flag',
  'route',
  'virtualHost',
  'cluster',
  'clusters',
  'location',
  'path',
  'host',
  'headers',
  'timeout',
];

/**
 * Reads a file of route tests: our own format (docs/route.md), or that of istio-config-validator (`testCases`).
 *
 * @throws UserError that names the file and the field
 */
export function readTestFile(file: string, text: string, defaults: TestDefaults): RouteTest[] {
  let content: unknown;
  try {
    content = load(text);
  } catch (error) {
    throw new UserError(`${file}: not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  if (!isObject(content)) throw new UserError(`${file}: holds no tests; write "tests:" with a list`);
  if (Array.isArray(content['testCases'])) return validatorCases(file, content['testCases'], defaults);
  known(file, '', content, ['version', 'defaults', 'tests']);
  if (content['version'] !== undefined && content['version'] !== 'mesh-route-test/v1')
    throw new UserError(
      `${file}: version ${JSON.stringify(content['version'])} is not known; write mesh-route-test/v1`,
    );
  const own = isObject(content['defaults']) ? content['defaults'] : {};
  known(file, 'defaults', own, ['from', 'gateway', 'clientIp', 'headers']);
  const tests = content['tests'];
  if (!Array.isArray(tests) || tests.length === 0) throw new UserError(`${file}: "tests" is no list with tests`);
  return tests.map((test, index) => readTest(file, `tests[${index}]`, test, { ...defaults, ...own }));
}

function readTest(file: string, at: string, test: unknown, defaults: Record<string, unknown>): RouteTest {
  if (!isObject(test)) throw new UserError(`${file}: ${at} is no mapping`);
  known(file, at, test, testKeys);
  const { request, expect } = test;
  if (!isObject(request)) throw new UserError(`${file}: ${at}.request is missing`);
  if (!isObject(expect) || Object.keys(expect).length === 0)
    throw new UserError(`${file}: ${at}.expect is missing; a test that expects nothing shows nothing`);
  known(file, `${at}.request`, request, requestKeys);
  known(file, `${at}.expect`, expect, expectKeys);
  if (typeof request['url'] !== 'string') throw new UserError(`${file}: ${at}.request.url is missing`);
  const starts = request['from'] !== undefined || request['gateway'] !== undefined ? request : defaults;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  if (text(starts['from']) === undefined && text(starts['gateway']) === undefined)
    throw new UserError(`${file}: ${at}.request says neither "from" nor "gateway"; nor do the defaults`);
  const headers = {
    ...(isObject(defaults['headers']) ? defaults['headers'] : {}),
    ...(isObject(request['headers']) ? request['headers'] : {}),
  };
  return {
    file,
    name: text(test['name']) ?? `${text(request['method']) ?? 'GET'} ${request['url']}`,
    from: text(starts['from']),
    gateway: text(starts['from']) === undefined ? text(starts['gateway']) : undefined,
    clientIp: text(request['clientIp'] ?? defaults['clientIp']),
    method: text(request['method']) ?? 'GET',
    url: request['url'],
    headers: Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`),
    expect: expect as Expectation,
  };
}

/** @throws UserError for a key that is not one of the format's, which would silently test nothing */
function known(file: string, at: string, value: Record<string, unknown>, keys: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    const near = nearest(key, keys);
    throw new UserError(
      `${file}: ${at}${at === '' ? '' : '.'}${key} is not known${near[0] ? `; did you mean ${near[0]}?` : ''}`,
    );
  }
}
