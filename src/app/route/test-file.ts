import { isAddress, readRequest } from '../../explain/index.ts';
import { isObject, type Path } from '../../model/json.ts';
import { UserError } from '../inputs.ts';
import { known, type TestDocument, testDocuments } from './test-document.ts';
import { checkExpectation, headerLines, tried } from './test-fields.ts';
import type { ValidatorExpectation } from './validator-expectation.ts';
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
  /** Headers of the request as it reaches the application; null for one that must not be there. */
  headers?: Record<string, string | number | boolean | null>;
  timeout?: string;
  /** In the terms of a VirtualService, as istio-config-validator has it. */
  source?: ValidatorExpectation;
}

/** One request with what it should do. */
export interface RouteTest {
  file: string;
  /** Where the test stands in its file. */
  line: number;
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

const requestKeys = ['from', 'gateway', 'clientIp', 'method', 'url', 'headers'];

/**
 * Reads a file of route tests: our own format (docs/route.md), or that of istio-config-validator (`testCases`).
 *
 * @throws UserError that names the file, the line and the field
 */
export function readTestFile(file: string, text: string, defaults: TestDefaults): RouteTest[] {
  const documents = testDocuments(file, text);
  if (documents.length === 0) throw new UserError(`${file}: holds no tests; write "tests:" with a list`);
  return documents.flatMap((document) => {
    const { value } = document;
    if (!isObject(value)) return document.fail([], 'holds no tests; write "tests:" with a list');
    if (value['testCases'] !== undefined) return validatorCases(file, document, value, defaults);
    return ownTests(file, document, value, defaults);
  });
}

function ownTests(
  file: string,
  document: TestDocument,
  content: Record<string, unknown>,
  defaults: TestDefaults,
): RouteTest[] {
  known(document, [], content, ['version', 'defaults', 'tests']);
  const { version, tests, defaults: own = {} } = content;
  if (version !== undefined && version !== 'mesh-route-test/v1')
    document.fail(['version'], `${JSON.stringify(version)} is not known; write mesh-route-test/v1`);
  if (!isObject(own)) return document.fail(['defaults'], 'must be a mapping');
  known(document, ['defaults'], own, ['from', 'gateway', 'clientIp', 'headers']);
  checkStart(document, ['defaults'], own);
  if (!Array.isArray(tests) || tests.length === 0)
    return document.fail(['tests'], 'is no list with tests; each is a mapping with request and expect');
  const starts = own['from'] !== undefined || own['gateway'] !== undefined ? {} : defaults;
  return tests.map((test, index) => readTest(file, document, ['tests', index], test, { ...starts, ...own }));
}

function readTest(
  file: string,
  document: TestDocument,
  at: Path,
  test: unknown,
  defaults: Record<string, unknown>,
): RouteTest {
  if (!isObject(test)) return document.fail(at, 'is no mapping; write request and expect');
  known(document, at, test, ['name', 'request', 'expect']);
  const { name, request, expect } = test;
  if (name !== undefined && typeof name !== 'string') document.fail([...at, 'name'], 'must be a text');
  if (!isObject(request)) return document.fail([...at, 'request'], 'is missing; write {url: ...}');
  if (!isObject(expect) || Object.keys(expect).length === 0)
    return document.fail([...at, 'expect'], 'is missing; a test that expects nothing shows nothing');
  known(document, [...at, 'request'], request, requestKeys);
  const { url, method = 'GET' } = request;
  if (typeof url !== 'string')
    return document.fail([...at, 'request', 'url'], 'is missing; write http://NAME:PORT/PATH');
  if (typeof method !== 'string') return document.fail([...at, 'request', 'method'], 'must be a text');
  checkStart(document, [...at, 'request'], request);
  tried(document, [...at, 'request', 'method'], () => readRequest('http://host', [], method));
  tried(document, [...at, 'request', 'url'], () => readRequest(url, [], method));
  const starts = (request['from'] ?? request['gateway']) === undefined ? defaults : request;
  const from = starts['from'] as string | undefined;
  const gateway = starts['gateway'] as string | undefined;
  if (from === undefined && gateway === undefined)
    document.fail([...at, 'request'], 'says neither "from" nor "gateway"; nor do the defaults');
  const own = isObject(request['headers']) ? Object.keys(request['headers']).map((it) => it.toLowerCase()) : [];
  const common = headerLines(document, ['defaults', 'headers'], defaults['headers']);
  return {
    file,
    line: document.lineOf(at),
    name: name ?? `${method} ${url}`,
    from,
    gateway: from === undefined ? gateway : undefined,
    clientIp: (request['clientIp'] ?? defaults['clientIp']) as string | undefined,
    method,
    url,
    headers: [
      ...common.filter((line) => !own.includes(line.slice(0, line.indexOf(':')).toLowerCase())),
      ...headerLines(document, [...at, 'request', 'headers'], request['headers']),
    ],
    expect: checkExpectation(document, [...at, 'expect'], expect),
  };
}

/** @throws UserError for what names no place where requests start */
function checkStart(document: TestDocument, at: Path, { from, gateway, clientIp }: Record<string, unknown>): void {
  for (const [key, value] of Object.entries({ from, gateway }))
    if (value !== undefined && (typeof value !== 'string' || !/^[^/]+\/[^/@]+(@.+)?$/.test(value)))
      document.fail([...at, key], `must be of the form NAMESPACE/${key === 'from' ? 'WORKLOAD' : 'NAME'}`);
  if (from !== undefined && gateway !== undefined)
    document.fail([...at, 'gateway'], 'stands beside from; a request starts at one place');
  if (clientIp !== undefined && (typeof clientIp !== 'string' || !isAddress(clientIp)))
    document.fail([...at, 'clientIp'], 'must be an IP address');
}
