import { describe, expect, it } from 'vitest';
import { parseRange, runReview } from '../../../src/app/run-review.ts';
import type { Report } from '../../../src/model/report.ts';
import { makeRepository } from '../../support/git-repository.ts';
import { manifest } from '../../support/manifests.ts';

const services = `apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: shop}
spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
---
apiVersion: v1
kind: Service
metadata: {name: frontend, namespace: shop}
spec: {selector: {app: frontend}, ports: [{name: http, port: 80}]}
`;
const rule = (...subsets: string[]): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: shop}
spec:
  host: reviews
  subsets: [${subsets.map((name) => `{name: ${name}, labels: {version: ${name}}}`).join(', ')}]
`;
const routes = (subset: string, comment = ''): string => `${comment}apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: reviews, subset: ${subset}}}]}]
`;

async function review(
  base: Record<string, string | null>,
  head: Record<string, string | null>,
  range = 'base..head',
): Promise<{ report: Report; code: number }> {
  const repository = makeRepository({});
  repository.commit({ 'services.yaml': services, ...base });
  repository.git('branch', 'base');
  repository.commit(head);
  repository.git('branch', 'head');
  return runReview(range, { git: repository.directory, 'no-cluster': true }, 'test', AbortSignal.timeout(30_000));
}

const told = (report: Report): string[] =>
  report.findings.map(({ code, kind, resource }) => `${code} ${kind} ${resource}`);

describe('parseRange', () => {
  it.each([
    ['main..HEAD', { base: 'main', head: 'HEAD', mergeBase: false }],
    ['main...feature/x', { base: 'main', head: 'feature/x', mergeBase: true }],
    ['main..', { base: 'main', head: 'WORKTREE', mergeBase: false }],
    ['main', { base: 'main', head: 'WORKTREE', mergeBase: false }],
    ['v1.2..v1.3', { base: 'v1.2', head: 'v1.3', mergeBase: false }],
  ])('reads %s', (range, expected) => {
    expect(parseRange(range)).toEqual(expected);
  });

  it('refuses a range without a base', () => {
    expect(() => parseRange('..HEAD')).toThrow('names no base');
  });
});

describe('review', () => {
  it('tells a subset that is removed under a route that stays, with a request that shows it', async () => {
    const { report, code } = await review(
      { 'dr.yaml': rule('v1', 'v2'), 'vs.yaml': routes('v2') },
      { 'dr.yaml': rule('v1') },
    );
    expect(code).toBe(1);
    expect(told(report)).toEqual(['MESH0103 unresolved VirtualService shop/reviews']);
    expect(report.review?.requests.map(({ base, head }) => [base.split(' from')[0], head.slice(0, 6)])).toContainEqual([
      '200',
      '503 NC',
    ]);
  });

  it('tells the order in which a route and its subset are to be applied', async () => {
    const { report } = await review(
      { 'b.yaml': rule('v1'), 'a.yaml': routes('v1') },
      { 'b.yaml': rule('v1', 'v3'), 'a.yaml': routes('v3') },
    );
    expect(told(report)).toEqual(['MESH0160 hazard VirtualService shop/reviews']);
    expect(report.review?.rollout).toEqual(['apply DestinationRule shop/reviews', 'apply VirtualService shop/reviews']);
  });

  it('makes a note of it where the files stand in that order', async () => {
    const { report } = await review(
      { 'a.yaml': rule('v1'), 'b.yaml': routes('v1') },
      { 'a.yaml': rule('v1', 'v3'), 'b.yaml': routes('v3') },
    );
    expect(report.findings.map(({ code, severity }) => [code, severity])).toEqual([['MESH0160', 'info']]);
    expect(report.review?.rollout).toEqual(['apply DestinationRule shop/reviews', 'apply VirtualService shop/reviews']);
  });

  it('tells of parts that do nothing alone what they do with the rest', async () => {
    const retries = (more: string): string => routes('v1').replace('{route:', `{retries: {${more}}, route:`);
    const { report } = await review(
      { 'a.yaml': rule('v1'), 'b.yaml': retries('attempts: 0') },
      { 'a.yaml': rule('v1'), 'b.yaml': retries('attempts: 3, perTryTimeout: 2s') },
    );
    const changes = report.review?.changes ?? [];
    expect(changes.map(({ field, effect }) => [field.split('.').at(-1), effect.replace(/\d.*/, '')])).toEqual([
      ['attempts', 'changes '],
      ['perTryTimeout', 'has a part in what changes for '],
    ]);
    expect(changes[1]?.proxies).toEqual(changes[0]?.proxies);
  });

  it('says that a renamed subset needs two steps', async () => {
    const { report } = await review(
      { 'a.yaml': rule('v1'), 'b.yaml': routes('v1') },
      { 'a.yaml': rule('v2'), 'b.yaml': routes('v2') },
    );
    expect(report.findings.map(({ code, severity }) => [code, severity])).toContainEqual(['MESH0160', 'warning']);
    expect(report.review?.rollout).toEqual([expect.stringMatching(/^needs two steps/)]);
  });

  it('makes a note of what another repository may hold, and an error of what the change takes away', async () => {
    const root = manifest(
      'VirtualService',
      'www',
      '{hosts: [www.example], gateways: [public], http: [{delegate: {name: part}}]}',
    );
    const part = manifest('VirtualService', 'part', '{http: [{route: [{destination: {host: reviews, subset: v1}}]}]}');
    const added = await review({ 'dr.yaml': rule('v1') }, { 'root.yaml': root });
    expect(added.report.findings.map((it) => [it.severity, it.code])).toEqual([['info', 'MESH0107']]);
    const deleted = await review(
      { 'dr.yaml': rule('v1'), 'root.yaml': root, 'part.yaml': part },
      { 'part.yaml': null },
    );
    expect(deleted.report.findings.map((it) => [it.severity, it.code])).toEqual([['error', 'MESH0107']]);
  });

  it('reviews objects that nobody holds, and nothing where neither side has one', async () => {
    const only = (base: string, head: string) => {
      const repository = makeRepository({});
      repository.commit({ 'a.yaml': base });
      repository.commit({ 'a.yaml': head });
      const flags = { git: repository.directory, 'no-cluster': true };
      return runReview('HEAD~1..HEAD', flags, 'test', AbortSignal.timeout(30_000));
    };
    const telemetry = (rate: unknown): string =>
      manifest('Telemetry', 'all', `{tracing: [{randomSamplingPercentage: ${rate}}]}`);
    const { report } = await only(telemetry(1), telemetry('much'));
    expect(told(report)).toEqual(['MESH0171 invalid Telemetry shop/all']);
    const workload = (image: string): string => manifest('Deployment', 'a', `{template: {spec: {image: ${image}}}}`);
    await expect(only(workload('a'), workload('b'))).rejects.toThrow('there is nothing to review');
  });

  it('reads a side that holds what the API server refuses', async () => {
    const odd = routes('v1').replace(/http:.*/, 'http: [null, {route: none}]');
    const { report } = await review({ 'dr.yaml': rule('v1'), 'vs.yaml': odd }, { 'vs.yaml': routes('v1') });
    expect([report.findings, report.review?.fixed.map(({ code }) => code)]).toEqual([[], ['MESH0171', 'MESH0171']]);
  });

  it('has a refused change move nothing: the former version stays', async () => {
    const broken = routes('v1').replace('hosts: [reviews]', 'hosts: ["*"]');
    const { report } = await review({ 'dr.yaml': rule('v1'), 'vs.yaml': routes('v1') }, { 'vs.yaml': broken });
    expect(report.findings.map(({ code, effect }) => [code, effect])).toEqual([
      [
        'MESH0174',
        "istiod's webhook refuses the object, so nothing of it is applied: the cluster keeps its former version.",
      ],
    ]);
    expect([report.review?.blastRadius, report.review?.requests]).toEqual([[], []]);
    expect(report.review?.changes.map(({ effect }) => effect)).toEqual(['none: the object is refused.']);
  });

  it('tells what it fixes, and counts only what it introduces', async () => {
    const { report, code } = await review(
      { 'dr.yaml': rule('v1'), 'vs.yaml': routes('v2') },
      { 'vs.yaml': routes('v1') },
    );
    expect([code, report.findings, report.review?.fixed.map((it) => it.code)]).toEqual([0, [], ['MESH0103']]);
  });

  it('takes files that moved, comments and spelling for no change', async () => {
    const { report, code } = await review(
      { 'dr.yaml': rule('v1'), 'vs.yaml': routes('v1') },
      {
        'vs.yaml': null,
        'mesh/routes.yaml': routes('v1', '# moved\n').replace(
          'hosts: [reviews]',
          'hosts: [reviews.shop.svc.cluster.local]',
        ),
      },
    );
    expect([code, report.findings, report.review?.blastRadius, report.review?.requests]).toEqual([0, [], [], []]);
  });

  it('simulates what the change deletes', async () => {
    const { report } = await review({ 'dr.yaml': rule('v1'), 'vs.yaml': routes('v1') }, { 'dr.yaml': null });
    expect(told(report)).toEqual(['MESH0103 unresolved VirtualService shop/reviews']);
    expect(report.review?.changes.map(({ kind, resource }) => [kind, resource])).toEqual([
      ['deleted', 'DestinationRule shop/reviews'],
    ]);
    expect(report.review?.changes[0]?.effect).toMatch(/^changes \d+ proxies\.$/);
  });

  it('leads what goes wrong on the way with a deleted object to where the base has it', async () => {
    const { report } = await review(
      { 'dr.yaml': rule('v1'), 'vs.yaml': routes('v1') },
      { 'dr.yaml': null, 'vs.yaml': null },
    );
    const [hazard, ...more] = report.findings;
    expect(more).toEqual([]);
    expect([hazard?.kind, hazard?.resource, hazard?.location?.file]).toEqual([
      'hazard',
      'VirtualService shop/reviews',
      'vs.yaml',
    ]);
    expect(hazard?.message).toContain('if DestinationRule shop/reviews is deleted before VirtualService shop/reviews');
  });

  it('compares with the point where the head left the base', async () => {
    const { report } = await review({ 'dr.yaml': rule('v1') }, { 'vs.yaml': routes('v1') }, 'base...head');
    expect(report.review?.changes.map(({ kind, effect }) => [kind, effect])).toEqual([
      ['added', expect.stringMatching(/^changes \d+ proxies\.$/)],
    ]);
  });

  it('says of a shallow clone what is missing in it', async () => {
    const origin = makeRepository({ 'services.yaml': services });
    origin.git('checkout', '--quiet', '-b', 'topic');
    origin.commit({ 'dr.yaml': rule('v1') });
    origin.git('checkout', '--quiet', 'main');
    origin.commit({ 'vs.yaml': routes('v1') });
    const clone = makeRepository();
    clone.git(
      'fetch',
      '--quiet',
      '--depth=1',
      `file://${origin.directory}`,
      'main:main',
      'topic:topic',
      '--update-head-ok',
    );
    const flags = { git: clone.directory, 'no-cluster': true };
    const run = runReview('main...topic', flags, 'test', AbortSignal.timeout(30_000));
    await expect(run).rejects.toThrow('this clone is shallow');
  });

  it('shows a waiver that the change adds, and what it keeps from counting', async () => {
    const comment = '# mesh:ignore MESH0103 until=2999-12-31 reason="v3 comes tomorrow"\n';
    const { report, code } = await review(
      { 'rule.yaml': rule('v1'), 'routes.yaml': routes('v1') },
      { 'routes.yaml': routes('v3', comment) },
    );
    expect(told(report)).toEqual(['MESH0178 waiver VirtualService shop/reviews']);
    expect(report.waived).toMatchObject([
      { code: 'MESH0103', severity: 'error', waiver: { added: true, location: { file: 'routes.yaml', line: 1 } } },
    ]);
    expect(code).toBe(0);
  });
});
