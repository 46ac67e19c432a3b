import { isObject, objects } from '../../model/json.ts';
import { UserError } from '../inputs.ts';
import type { Expectation, RouteTest, TestDefaults } from './test-file.ts';

/**
 * Reads `testCases` of istio-config-validator: every combination of authority, method and URI is a request. Such a file
 * does not say who sends, so the command line must. A missing `wantMatch` is false, as there.
 *
 * @throws UserError that names the file and the field
 */
export function validatorCases(file: string, cases: readonly unknown[], defaults: TestDefaults): RouteTest[] {
  if (defaults.from === undefined && defaults.gateway === undefined)
    throw new UserError(
      `${file}: this format does not say where requests start; add --gateway NS/NAME or --from NS/WORKLOAD`,
    );
  return cases.flatMap((it, index) => {
    if (!isObject(it) || !isObject(it['request']))
      throw new UserError(`${file}: testCases[${index}].request is missing`);
    const { request } = it;
    const expect = expectationOf(file, index, it);
    const headers = isObject(request['headers'])
      ? Object.entries(request['headers']).map(([name, value]) => `${name}: ${String(value)}`)
      : [];
    return texts(request['authority'], '').flatMap((authority) =>
      texts(request['method'], 'GET').flatMap((method) =>
        texts(request['uri'], '/').map((uri): RouteTest => {
          if (authority === '') throw new UserError(`${file}: testCases[${index}].request.authority is missing`);
          const url = `${headers.some((line) => /^x-forwarded-proto: https$/i.test(line)) ? 'https' : 'http'}://${authority}${uri}`;
          return {
            file,
            name: `${String(it['description'] ?? `testCases[${index}]`)}: ${method} ${authority}${uri}`,
            ...defaults,
            method,
            url,
            headers,
            expect,
          };
        }),
      ),
    );
  });
}

function texts(value: unknown, fallback: string): string[] {
  const list = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
  return list.length > 0 ? list : [fallback];
}

function expectationOf(file: string, index: number, test: Record<string, unknown>): Expectation {
  const want = test['wantMatch'] ?? test['isMatch'] ?? false;
  const single = isObject(test['destination']) ? [{ destination: test['destination'] }] : [];
  const destinations = [...objects(test['route']), ...single].map((it) => {
    const destination = isObject(it['destination']) ? it['destination'] : {};
    const port = isObject(destination['port']) ? Number(destination['port']['number']) : undefined;
    const weight = 'weight' in it ? Number(it['weight']) : undefined;
    return {
      host: String(destination['host'] ?? ''),
      subset: destination['subset'] as string | undefined,
      port,
      weight,
    };
  });
  const expect: Expectation = { want: want === true };
  if (destinations.length > 0) expect.destinations = destinations;
  const { redirect, rewrite } = test;
  if (isObject(redirect)) {
    const code = redirect['redirectCode'];
    expect.status = typeof code === 'number' ? code : 301;
  }
  if (isObject(rewrite) && typeof rewrite['authority'] === 'string') expect.host = rewrite['authority'];
  if (isObject(rewrite) && typeof rewrite['uri'] === 'string') expect.path = rewrite['uri'];
  if (Object.keys(expect).length === 1)
    throw new UserError(`${file}: testCases[${index}] expects nothing; add "route" or "redirect"`);
  return expect;
}
