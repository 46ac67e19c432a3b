import { execFileSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { printRoute } from '../../../src/app/route/print.ts';
import { printTests } from '../../../src/app/route/test-report.ts';
import { type RouteReport, runRoute } from '../../../src/app/run-route.ts';
import { runRouteTest } from '../../../src/app/run-route-test.ts';

const manifests = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: catalog, namespace: shop}
spec:
  hosts: [catalog]
  http:
  - name: broken
    match: [{uri: {prefix: /broken}}]
    fault: {abort: {httpStatus: 451, percentage: {value: 100}}}
    route: [{destination: {host: catalog}}]
  - name: slow
    match: [{uri: {prefix: /slow}}]
    fault: {delay: {fixedDelay: 2s, percentage: {value: 0.5}}}
    retries: {attempts: 3, perTryTimeout: 750ms, retryOn: "reset,503"}
    route: [{destination: {host: catalog}}]
  - name: split
    match: [{uri: {prefix: /split}}]
    route:
    - {destination: {host: catalog, subset: v1}, weight: 75}
    - destination: {host: catalog, subset: v2}
      weight: 25
      headers: {request: {set: {x-arm: v2, host: v2.example}}, response: {remove: [server]}}
  - name: of-frontend
    match: [{sourceLabels: {app: frontend}, uri: {prefix: /labels}}]
    route: [{destination: {host: reviews, port: {number: 9080}}}]
  - name: rest
    route: [{destination: {host: catalog}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: catalog, namespace: shop}
spec:
  host: catalog
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: shop}
spec:
  host: reviews
  trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
  - match: [{uri: {prefix: /lines}}]
    delegate: {name: cart-lines, namespace: shop}
  - route: [{destination: {host: cart}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart-lines, namespace: shop}
spec:
  http:
  - route: [{destination: {host: cart}}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: spread, namespace: shop}
spec:
  hosts: [spread.example]
  addresses: [198.51.100.32]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
  - {address: 192.0.2.1, locality: lab-region/lab-zone-a}
  - {address: 192.0.2.2, locality: far-region/zone-1}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: spread, namespace: shop}
spec:
  host: spread.example
  trafficPolicy: {outlierDetection: {consecutive5xxErrors: 3}}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: catalog, namespace: shop}
spec:
  selector: {matchLabels: {app: catalog}}
  jwtRules: [{issuer: "https://id.example", jwks: '{"keys": []}'}]
`;
const capture = join(import.meta.dirname, '../../../fixtures/recordings/1.29/baseline/capture');
let git = '';

beforeAll(async () => {
  git = await mkdtemp(join(tmpdir(), 'mesh-route-actions-'));
  execFileSync('git', ['init', '-q', git]);
  await writeFile(join(git, 'mesh.yaml'), manifests);
});

async function ask(url: string, more: object = {}): Promise<{ side: RouteReport['expected']; text: string }> {
  const flags = { git, ref: 'WORKTREE', capture, side: 'git' as const, from: 'shop/frontend', ...more };
  const { report } = await runRoute(flags, url, AbortSignal.timeout(60_000));
  return { side: report.expected, text: printRoute(report, 'text') };
}

describe('what a route does, in text and JSON', () => {
  it('leads an abort to the fault of the route that asks for it', async () => {
    const { side, text } = await ask('http://catalog:8080/broken');
    expect(side).toMatchObject({ status: 451, flag: 'FI', fault: { abort: { httpStatus: 451, percent: 100 } } });
    expect(side?.decidedBy[0]).toMatchObject({
      resource: 'VirtualService shop/catalog',
      field: 'spec.http[0].fault',
      location: { file: 'mesh.yaml', line: 9 },
    });
    expect(text).toContain('fault     100 % are aborted with 451');
  });

  it('shows faults of a share of requests, and what tries are made', async () => {
    const { side, text } = await ask('http://catalog:8080/slow');
    expect(side).toMatchObject({ status: 200, fault: { abort: null, delay: { time: '2s', percent: 0.5 } } });
    expect(text).toContain('fault     0.5 % are delayed by 2s');
    expect(text).toContain('retries   3 on reset,retriable-status-codes, 0.750s each, of statuses 503');
  });

  it('shows what is changed only of what goes to one of several clusters', async () => {
    const { side, text } = await ask('http://catalog:8080/split');
    expect(side?.clusters).toEqual([
      { cluster: 'outbound|8080|v1|catalog.shop.svc.cluster.local', weight: 0.75, headers: [], responseHeaders: [] },
      {
        cluster: 'outbound|8080|v2|catalog.shop.svc.cluster.local',
        weight: 0.25,
        headers: [
          { name: 'host', action: 'set', value: 'v2.example' },
          { name: 'x-arm', action: 'set', value: 'v2' },
        ],
        responseHeaders: [{ name: 'server', action: 'remove', value: null }],
      },
    ]);
    expect(text).toMatch(
      /25 %\n {4}header {4}set host: v2.example\n {4}header {4}set x-arm: v2\n {4}response {2}remove server/,
    );
  });

  it('takes a route by labels of the sender, and a cluster that upgrades to HTTP/2', async () => {
    const { side } = await ask('http://catalog:8080/labels');
    expect(side).toMatchObject({ status: 200, route: 'of-frontend' });
    expect((await ask('http://catalog:8080/labels', { from: 'shop/cart' })).side?.route).toBe('rest');
  });

  it('leads a token that is refused to the RequestAuthentication', async () => {
    const { side, text } = await ask('http://catalog:8080/', { header: ['authorization: Bearer nonsense'] });
    expect(side?.status).toBe(401);
    const line = manifests.split('\n').indexOf('kind: RequestAuthentication') + 1;
    expect(side?.inbound[0]?.filters[0]?.decidedBy).toMatchObject({
      resource: 'RequestAuthentication shop/catalog',
      location: { line },
    });
    expect(text).toContain(`RequestAuthentication shop/catalog (mesh.yaml:${line})`);
  });

  it('shows endpoints of every priority, those that get nothing last', async () => {
    const { side, text } = await ask('http://spread.example/');
    const [first, second] = side?.endpoints ?? [];
    expect(first).toMatchObject({ address: '192.0.2.1:80', share: 1, priority: 0, locality: 'lab-region/lab-zone-a' });
    expect(second).toMatchObject({
      address: '192.0.2.2:80',
      health: 'HEALTHY',
      share: 0,
      locality: 'far-region/zone-1',
    });
    expect(second?.priority).toBeGreaterThan(0);
    expect(text).toContain(`endpoint  192.0.2.2:80 healthy 0 % priority ${second?.priority} far-region/zone-1`);
  });

  it('does not guess of an extended CONNECT', async () => {
    await expect(ask('http://catalog:8080/', { header: [':protocol: websocket'] })).rejects.toThrow(
      /extended CONNECT of HTTP\/2, which is not followed/,
    );
  });

  it('counts the routes of delegates and those of faults, and a case for coverage in JUnit', async () => {
    const file = join(git, 'tests.yml.txt');
    const urls = ['catalog:8080/broken', 'catalog:8080/slow', 'cart/lines'];
    const tests = urls.map((url) => `- {request: {url: "http://${url}"}, expect: {route: null}}`);
    await writeFile(file, `defaults: {from: shop/frontend}\ntests:\n${tests.join('\n')}\n`);
    const flags = { git, ref: 'WORKTREE', capture, side: 'git' as const, 'fail-under': 42 };
    const { report, code } = await runRouteTest(flags, [file], AbortSignal.timeout(60_000));
    expect(report.coverage).toMatchObject({ routes: 7, covered: 3 });
    expect(report.coverage.untested.map((it) => it.field)).toEqual([
      'spec.http[2]',
      'spec.http[3]',
      'spec.http[4]',
      'spec.http[1]',
    ]);
    expect(report.results.map((it) => it.line)).toEqual([3, 4, 5]);
    expect(code).toBe(1);
    expect(printTests(report, 'junit')).toContain(
      '<testcase classname="coverage" name="routes taken" time="0"></testcase>',
    );
  });
});
