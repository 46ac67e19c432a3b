import { readRequest } from '../../explain/index.ts';
import { isObject, type Path } from '../../model/json.ts';
import { UserError } from '../inputs.ts';
import { known, type TestDocument } from './test-document.ts';
import { headerLines, tried } from './test-fields.ts';
import type { RouteTest, TestDefaults } from './test-file.ts';
import type { ValidatorExpectation } from './validator-expectation.ts';

/** The keys of a test and of its parts; a part with keys below is a mapping, `[]` a list of mappings. */
interface Shape {
  [key: string]: Shape | '[]' | undefined;
}

const changes: Shape = { set: undefined, add: undefined, remove: undefined };
const headers: Shape = { request: changes, response: changes };
const destination: Shape = { host: undefined, subset: undefined, port: { number: undefined } };
const percentage: Shape = { value: undefined };
const target: Shape = { destination, weight: undefined, headers };
const parts: Shape = {
  route: '[]',
  redirect: {
    uri: undefined,
    authority: undefined,
    port: undefined,
    derivePort: undefined,
    scheme: undefined,
    redirectCode: undefined,
  },
  rewrite: { uri: undefined, authority: undefined, uriRegexRewrite: { match: undefined, rewrite: undefined } },
  fault: {
    delay: { fixedDelay: undefined, percentage, percent: undefined },
    abort: { httpStatus: undefined, grpcStatus: undefined, percentage },
  },
  headers,
  delegate: { name: undefined, namespace: undefined },
};

/**
 * Reads `testCases` of istio-config-validator: every combination of authority, method and URI is a request. Such a file
 * does not say who sends, so the command line must. A missing `wantMatch` is false, as there.
 *
 * @throws UserError that names the file, the line and the field
 */
export function validatorCases(
  file: string,
  document: TestDocument,
  content: Record<string, unknown>,
  defaults: TestDefaults,
): RouteTest[] {
  known(document, [], content, ['testCases']);
  const cases = content['testCases'];
  if (!Array.isArray(cases) || cases.length === 0) return document.fail(['testCases'], 'is no list with tests');
  if (defaults.from === undefined && defaults.gateway === undefined)
    throw new UserError(
      `${file}: this format does not say where requests start; add --gateway NS/NAME or --from NS/WORKLOAD`,
    );
  return cases.flatMap((it, index) => requests(file, document, ['testCases', index], it, defaults));
}

function requests(file: string, document: TestDocument, at: Path, test: unknown, defaults: TestDefaults): RouteTest[] {
  if (!isObject(test)) return document.fail(at, 'is no mapping');
  known(document, at, test, ['description', 'wantMatch', 'request', ...Object.keys(parts)]);
  const { request, description } = test;
  if (!isObject(request)) return document.fail([...at, 'request'], 'is missing');
  known(document, [...at, 'request'], request, ['authority', 'method', 'uri', 'headers']);
  const source = expectationOf(document, at, test);
  const lines = headerLines(document, [...at, 'request', 'headers'], request['headers']);
  const secure = lines.some((line) => /^x-forwarded-proto: https$/i.test(line));
  const list = (key: string, fallback?: string): string[] =>
    texts(document, [...at, 'request', key], request[key], fallback);
  return list('authority').flatMap((authority) =>
    list('method', 'GET').flatMap((method) =>
      list('uri', '/').map((uri): RouteTest => {
        const url = `${secure ? 'https' : 'http'}://${authority}${uri.startsWith('/') ? '' : '/'}${uri}`;
        tried(document, [...at, 'request'], () => readRequest(url, [], method));
        return {
          file,
          line: document.lineOf(at),
          name: `${String(description ?? `testCases[${at[1]}]`)}: ${method} ${authority}${uri}`,
          ...defaults,
          method,
          url,
          headers: lines,
          expect: { source },
        };
      }),
    ),
  );
}

function texts(document: TestDocument, at: Path, value: unknown, fallback: string | undefined): string[] {
  const list: unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (!list.every((it): it is string => typeof it === 'string' && it !== ''))
    return document.fail(at, 'must be a list of texts');
  if (list.length > 0) return list;
  return fallback === undefined ? document.fail(at, 'is missing; write a list of hosts') : [fallback];
}

function expectationOf(document: TestDocument, at: Path, test: Record<string, unknown>): ValidatorExpectation {
  const { wantMatch = false } = test;
  if (typeof wantMatch !== 'boolean') return document.fail([...at, 'wantMatch'], 'must be true or false');
  const named = Object.entries(parts).filter(([key]) => test[key] !== undefined && test[key] !== null);
  if (named.length === 0) document.fail(at, `expects nothing; add ${Object.keys(parts).join(', ')}`);
  for (const [key, shape] of named) {
    if (shape !== '[]') {
      checkShape(document, [...at, key], test[key], shape as Shape);
      continue;
    }
    const list = test[key];
    if (!Array.isArray(list)) return document.fail([...at, key], 'must be a list');
    for (const [index, it] of list.entries()) checkShape(document, [...at, key, index], it, target);
  }
  return { want: wantMatch, ...Object.fromEntries(named.map(([key]) => [key, test[key]])) };
}

/** @throws UserError for a key that nothing would look at */
function checkShape(document: TestDocument, at: Path, value: unknown, shape: Shape): void {
  if (!isObject(value)) return document.fail(at, 'must be a mapping');
  known(document, at, value, Object.keys(shape));
  for (const [key, inner] of Object.entries(shape))
    if (inner !== undefined && inner !== '[]' && value[key] !== undefined && value[key] !== null)
      checkShape(document, [...at, key], value[key], inner);
}
