import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { printRoute } from '../../../src/app/route/print.ts';
import { readTestFile } from '../../../src/app/route/test-file.ts';
import { printTests } from '../../../src/app/route/test-report.ts';
import { runRoute } from '../../../src/app/run-route.ts';
import { runRouteTest } from '../../../src/app/run-route-test.ts';

const root = join(import.meta.dirname, '../../..');
const schema = (name: string): object => JSON.parse(readFileSync(join(root, 'docs/schema', name), 'utf8')) as object;
const folder = (name: string): string => join(root, 'fixtures/recordings/1.29', name);
const flagsOf = (name: string) => ({
  git: folder(name),
  ref: 'WORKTREE',
  path: ['git'],
  capture: join(folder(name), 'capture'),
});
const ask = (name: string, more: object, url: string) =>
  runRoute({ ...flagsOf(name), ...more }, url, AbortSignal.timeout(30_000));

describe('route', () => {
  it('names the line that decides and why earlier routes were not taken, as the schema says', async () => {
    const { report, code } = await ask(
      'pattern-exact-match',
      { gateway: 'istio-ingress/ingress' },
      'http://shop.example/api/health/',
    );
    const check = new Ajv2020({ strict: false }).compile(schema('route-report.schema.json'));
    expect(check(JSON.parse(printRoute(report, 'json'))), JSON.stringify(check.errors)).toBe(true);
    expect(load(printRoute(report, 'yaml'))).toEqual(JSON.parse(printRoute(report, 'json')));
    expect(printRoute(report, 'text')).toContain(
      report.expected?.kind === 'answer' ? String(report.expected.status) : '',
    );
    expect(code).toBe(report.agree ? 0 : 1);
  });

  it('shows both sides, and the drift that explains where they differ', async () => {
    const { report, code } = await ask('drift-several', { from: 'shop/frontend' }, 'http://catalog:8080/items');
    expect([report.expected?.timeout, report.live?.timeout]).toEqual(['3s', '15s']);
    expect(report.agree).toBe(false);
    expect(code).toBe(1);
    for (const side of [report.expected, report.live])
      expect(side?.decidedBy[0]).toMatchObject({
        resource: 'VirtualService shop/catalog',
        field: 'spec.http[0]',
        location: { line: 7 },
      });
    expect(report.causes.map((it) => it.message).join('\n')).toContain(
      'VirtualService shop/catalog spec.http[0].timeout: Git "3s", cluster "15s"',
    );
  });

  it('tells a person first what becomes of the request, what decides and why others lost, then its way', async () => {
    const { report } = await ask(
      'pattern-exact-match',
      { from: 'shop/frontend' },
      'http://catalog:8080/api/health/detailed',
    );
    const lines = printRoute(report, 'text').split('\n');
    const words = lines.slice(3).map((line) => line.trim().split(/\s/)[0]);
    expect(words).toEqual(['404', 'decided', 'not', 'client', 'host', 'listener', 'virtual', 'route', '']);
    expect(lines[5]).toMatch(/health: path \/api\/health is not \/api\/health\/detailed \(.*catalog.yaml:12\)/);
  });

  it('tells the drift first where the sides differ, and of the live side only what is not the same', async () => {
    const { report } = await ask('drift-several', { from: 'shop/frontend' }, 'http://catalog:8080/items');
    const text = printRoute(report, 'text');
    expect(text.split('\n').slice(2, 4).join(' ')).toMatch(
      /differ: +VirtualService shop\/catalog spec.http\[0\].timeout/,
    );
    expect(text.split('live, where it differs:')[1]?.trim().split(/\n\s+/)).toEqual([
      '200, answered by application (via_upstream)',
      'timeout   15s',
    ]);
    expect(text).toContain('mTLS      PERMISSIVE');
    expect(text).not.toContain('Service legacy/batch');
  });

  it('names an object that only the cluster has', async () => {
    const { report } = await ask('drift-several', { from: 'shop/frontend' }, 'http://reviews:9080/x');
    expect(report.live?.decidedBy[0]).toMatchObject({
      resource: 'VirtualService shop/reviews-experiment',
      location: null,
    });
  });

  it.each([
    [{ from: 'shop/frontnd' }, 'http://catalog:8080/', /no workload shop\/frontnd; did you mean shop\/frontend-v1/],
    [{ from: 'shop/catalog' }, 'http://catalog:8080/', /ambiguous: it is shop\/catalog-v1 or shop\/catalog-v2/],
    [
      { from: 'shop/frontend' },
      'http://catalgo:8080/',
      /host catalgo is not known in namespace shop; did you mean catalog/,
    ],
    [{ from: 'shop/frontend' }, 'ftp://catalog/', /the scheme is ftp/],
    [{ from: 'shop/frontend' }, 'http://catalog:99999/', /port 99999/],
    [{ from: 'shop/frontend', header: ['nonsense'] }, 'http://catalog:8080/', /header "nonsense" is not of the form/],
    [{ from: 'shop/frontend', request: 'GE T' }, 'http://catalog:8080/', /method "GE T"/],
    [
      { gateway: 'istio-ingress/ingres' },
      'http://catalog/',
      /no gateway istio-ingress\/ingres; did you mean istio-ingress\/ingress/,
    ],
    [{}, 'http://catalog/', /say where the request starts/],
    [{ from: 'shop/frontend', gateway: 'istio-ingress/ingress' }, 'http://catalog/', /--from or --gateway, not both/],
    [{ gateway: 'istio-ingress/ingress', 'client-ip': 'amy' }, 'http://shop.example/', /--client-ip "amy" is no IP/],
    [{ from: 'shop/frontend' }, 'http://catalog:http/', /port "http" is no number/],
    [{ from: 'shop/frontend' }, 'http:///items', /has no host/],
    [{ from: 'shop' }, 'http://catalog/', /not of the form NAMESPACE\/WORKLOAD/],
  ])('says what is wrong with %j %s', async (flags, url, message) => {
    await expect(ask('drift-several', flags, url)).rejects.toThrow(message);
  });
});

/** A file with one test; what it expects stands in line 3. */
const own = (expectation: string): string => `tests:\n- request: {url: "http://a", from: a/b}\n  ${expectation}\n`;

describe('route test', () => {
  const tests = `version: mesh-route-test/v1
defaults: {from: shop/frontend}
tests:
  - name: own headers
    request: {url: "http://catalog:8080/items", headers: {x-user: amy}}
    expect: {status: 200, route: all}
  - name: wrong
    request: {url: "http://reviews:9080/x"}
    expect: {status: 418}
`;

  it('passes, fails with the trail, counts routes, and prints JUnit', async () => {
    const check = new Ajv2020({ strict: false }).compile(schema('route-test.schema.json'));
    expect(check(load(tests)), JSON.stringify(check.errors)).toBe(true);
    const file = join(await mkdtemp(join(tmpdir(), 'mesh-route-test-')), 'routes.yaml');
    await writeFile(file, tests);
    const { report, code } = await runRouteTest(
      { ...flagsOf('drift-several'), side: 'live', 'fail-under': 100 },
      [file],
      AbortSignal.timeout(30_000),
    );
    expect(report.results.map((it) => it.passed)).toEqual([true, false]);
    expect(report.results[1]?.mistakes[0]).toContain('expected 418');
    expect(report.results[1]?.trail.join('\n')).toContain('listener');
    expect(report.coverage.covered).toBeGreaterThan(0);
    expect(report.coverage.covered).toBeLessThan(report.coverage.routes);
    expect(code).toBe(1);
    expect(printTests(report, 'junit')).toContain('tests="3" failures="2"');
    // Jenkins' schema knows neither; the place of a failed test stands in its text.
    expect(printTests(report, 'junit')).not.toMatch(/ (?:file|line)="/);
    expect(printTests(report, 'junit')).toMatch(/&#10;at [^&]+\.yaml:\d+/);
    expect(printTests(report, 'text')).toContain(`FAIL wrong [live] (${file}:7)`);
    const result = new Ajv2020({ strict: false }).compile(schema('route-test-report.schema.json'));
    expect(result(JSON.parse(printTests(report, 'json'))), JSON.stringify(result.errors)).toBe(true);
  });

  const validator = (part: string): string => `testCases:\n- wantMatch: true\n  request: {authority: [a]}\n  ${part}`;

  it.each([
    ['redirekt: {}', /^x.yaml:4: testCases\[0\].redirekt is not known; did you mean redirect/],
    [
      'fault: {abort: {status: 403}}',
      /^x.yaml:4: testCases\[0\].fault.abort.status is not known; did you mean (?:http|grpc)Status/,
    ],
    ['route: {}', /testCases\[0\].route must be a list/],
    ['description: nothing', /expects nothing; add route, redirect, rewrite, fault, headers, delegate/],
  ])("refuses %s in istio-config-validator's format", (part, message) => {
    expect(() => readTestFile('x.yaml', validator(part), { from: 'a/b' })).toThrow(message);
  });

  it("reads istio-config-validator's format", () => {
    const cases = readTestFile(
      'x.yaml',
      'testCases: [{description: d, wantMatch: true, request: {authority: [a.example, b.example], method: [GET, POST], uri: [/x], headers: {k: v}}, route: [{destination: {host: users, port: {number: 80}}}]}]',
      { gateway: 'istio-ingress/ingress' },
    );
    expect(cases.map((it) => `${it.method} ${it.url}`)).toEqual([
      'GET http://a.example/x',
      'POST http://a.example/x',
      'GET http://b.example/x',
      'POST http://b.example/x',
    ]);
    expect(cases[0]).toMatchObject({
      gateway: 'istio-ingress/ingress',
      headers: ['k: v'],
      line: 1,
      expect: { source: { want: true, route: [{ destination: { host: 'users', port: { number: 80 } } }] } },
    });
  });

  it.each([
    ['tests: []', /x.yaml:1: tests is no list with tests/],
    ['tests: [{request: {url: x}, expect: {}}]', /expect is missing/],
    [
      'tests:\n- request: {url: "http://a", from: a/b}\n  expect:\n    statsu: 1',
      /^x.yaml:4: tests\[0\].expect.statsu is not known; did you mean status/,
    ],
    ['tests: [{request: {url: "http://a"}, expect: {status: 200}}]', /neither "from" nor "gateway"/],
    ['testCases: [{}]', /does not say where requests start/],
    ['tests:\n- {', /^x.yaml:2: not YAML/],
    ['tests:\n- a: 1\n  a: 2', /^x.yaml:3: not YAML: duplicated mapping key/],
    [own('expect: {status: 20}'), /x.yaml:3: tests\[0\].expect.status must be a status from 100 to 599/],
    [own('expect: {flag: NX}'), /flag must be a response flag of Envoy; did you mean N[RC]/],
    [own('expect: {cluster: a, clusters: {a: 100}}'), /clusters stands beside cluster/],
    [own('expect: {clusters: {a: 50, b: 20}}'), /can never be: the shares are 70 % together/],
    [own('expect: {route: null, cluster: a}'), /can never be: without a route there is no cluster/],
    [own('expect: {status: 200, location: "http://a"}'), /can never be: a proxy that answers 200 does not redirect/],
    [own('expect: {timeout: soon}'), /timeout must be a duration/],
    [own('expect: {path: x}'), /path must be a path that starts with/],
    ['tests: [{request: {url: "ftp://a", from: a/b}, expect: {status: 200}}]', /request.url is wrong: .*scheme is ftp/],
    ['tests: [{request: {url: "http://a", from: a}, expect: {status: 200}}]', /from must be of the form NAMESPACE/],
    [
      'tests: [{request: {url: "http://a", from: a/b, gateway: a/c}, expect: {status: 200}}]',
      /gateway stands beside from/,
    ],
    [
      'tests: [{request: {url: "http://a", from: a/b, headers: {":protocol": websocket}}, expect: {status: 200}}]',
      /extended CONNECT of HTTP\/2, which is not followed/,
    ],
  ])('refuses %s', (text, message) => {
    expect(() => readTestFile('x.yaml', text, {})).toThrow(message);
  });
});
