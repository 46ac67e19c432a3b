import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCheck } from '../../src/app/run-check.ts';
import { runReview } from '../../src/app/run-review.ts';
import type { Report } from '../../src/model/report.ts';
import { makeRepository, temporaryDirectory } from '../support/git-repository.ts';
import { manifest } from '../support/manifests.ts';

const signal = () => AbortSignal.timeout(60_000);

async function check(...yaml: string[]): Promise<Report> {
  const { directory } = makeRepository({ 'mesh.yaml': yaml.join('') });
  return (await runCheck({ git: directory, 'no-cluster': true }, 'test', signal())).report;
}

async function review(base: string, head: string): Promise<Report> {
  const { directory, commit } = makeRepository({ 'mesh.yaml': base });
  commit({ 'mesh.yaml': head });
  return (await runReview('HEAD~1..HEAD', { git: directory, 'no-cluster': true }, 'test', signal())).report;
}

const to = (host: string) => `{hosts: [${host}], http: [{route: [{destination: {host: ${host}}}]}]}`;

describe('objects of an odd shape', () => {
  it('make no names of what is no text', async () => {
    const report = await check(
      manifest('VirtualService', 'cart', '{hosts: [cart], gateways: [{}, null, mesh], http: []}'),
      manifest('DestinationRule', 'cart', '{host: cart, subsets: [{}, {name: {}}, {name: v1, labels: {a: {}, b: c}}]}'),
      manifest('DestinationRule', 'other', '{host: {}}'),
      manifest('EnvoyFilter', 'none', '{configPatches: [{patch: {operation: MERGE}}]}'),
    );
    expect(JSON.stringify([report.proxies, report.diagnostics, report.findings])).not.toMatch(
      /undefined|\[object|null,/,
    );
    expect(report.proxies.map(({ id }) => id)).toEqual(['shop/cart-v1']);
  });

  it('are patched into a proxy without what Envoy demands', async () => {
    const patch = (applyTo: string, value: string) =>
      `{applyTo: ${applyTo}, match: {context: ANY}, patch: {operation: ADD, value: ${value}}}`;
    const patches = [
      patch('VIRTUAL_HOST', '{routes: [{}]}'),
      patch('CLUSTER', '{type: STATIC}'),
      patch('LISTENER', '{name: a, filter_chains: [{filters: [{}]}]}'),
      patch('HTTP_FILTER', '{disabled: true}'),
    ];
    const filter = manifest('EnvoyFilter', 'odd', `{configPatches: [${patches.join(', ')}]}`);
    expect((await check(manifest('VirtualService', 'cart', to('cart')), filter)).proxies).toHaveLength(1);
    const report = await review(manifest('VirtualService', 'cart', to('cart')), filter);
    expect(report.review?.changes).toHaveLength(2);
  });

  it('are refused with a version that nobody serves, and in no proxy', async () => {
    const odd = manifest('VirtualService', 'cart', '{hosts: 5, http: {route: x}}').replace('io/v1', 'io/v2');
    const { findings } = await check(odd, manifest('VirtualService', 'stock', to('stock')));
    expect(
      findings.filter(({ severity }) => severity === 'error').map(({ code, field }) => `${code} ${field}`),
    ).toEqual(expect.arrayContaining(['MESH0173 apiVersion']));
  });

  it('are reviewed on either side, also where one field of them alone is compiled', async () => {
    const policy = (from: string) =>
      manifest(
        'AuthorizationPolicy',
        'cart',
        `{action: DENY, rules: [{from: ${from}, to: [{operation: {ports: ["80"]}}]}]}`,
      );
    const service = manifest('VirtualService', 'cart', to('cart'));
    const sides = [service + policy('[{source: {namespaces: [a]}}]'), service + policy('word')] as const;
    for (const [base, head] of [sides, [sides[1], sides[0]] as const]) {
      const { review: part } = await review(base, head);
      expect(part?.changes.map(({ resource }) => resource)).toEqual(['AuthorizationPolicy shop/cart']);
    }
  });

  it('may have keys that every object inherits, on one side', async () => {
    const rule = (labels: string) =>
      manifest('DestinationRule', 'cart', `{host: cart, subsets: [{name: v1, labels: ${labels}}]}`);
    const { review: part } = await review(rule('{a: b}'), rule('{a: b, toString: x, constructor: z}'));
    expect(part?.changes.map(({ field, head, base }) => [field, head, base])).toEqual([
      ['spec.subsets[0].labels.toString', 'x', null],
      ['spec.subsets[0].labels.constructor', 'z', null],
    ]);
  });
});

describe('odd repositories', () => {
  it('a partial clone without its remote says what it lacks, as a fault of nobody', async () => {
    const { directory, git } = makeRepository({ 'mesh.yaml': manifest('VirtualService', 'cart', to('cart')) });
    git('config', 'uploadpack.allowFilter', 'true');
    const clone = join(temporaryDirectory(), 'clone');
    git('clone', '--quiet', '--filter=blob:none', '--no-checkout', `file://${directory}`, clone);
    rmSync(join(directory, '.git'), { recursive: true });
    await expect(runCheck({ git: clone, 'no-cluster': true }, 'test', signal())).rejects.toMatchObject({
      expected: true,
      message: expect.stringMatching(/^this partial clone lacks files.*reach the remote/),
    });
  });

  it.skipIf(process.platform !== 'linux')('a file whose name is no UTF-8 is told, not passed by', async () => {
    const { directory } = makeRepository({ 'mesh.yaml': manifest('VirtualService', 'cart', to('cart')) });
    const name = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.yaml')]);
    writeFileSync(name, manifest('VirtualService', 'stock', to('stock')));
    const { report } = await runCheck({ git: directory, ref: 'WORKTREE', 'no-cluster': true }, 'test', signal());
    expect(report.diagnostics.map(({ message }) => message)).toContain('the file was not read: unreadable: ENOENT');
  });
});
