import { describe, expect, it } from 'vitest';
import { runReview } from '../../../src/app/run-review.ts';
import { reporters } from '../../../src/report/index.ts';
import { makeRepository } from '../../support/git-repository.ts';
import { manifest } from '../../support/manifests.ts';

const service =
  'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {ports: [{name: http, port: 80}]}\n';
const route = (name: string): string =>
  manifest('VirtualService', name, `{hosts: [${name}], http: [{route: [{destination: {host: web}}]}]}`);
const refused = manifest(
  'VirtualService',
  'odd',
  '{hosts: [odd], http: [{timeout: soon, route: [{destination: {host: web}}]}]}',
);
const broken = 'apiVersion: v1\nkind: [unclosed\n';

async function reviewed(base: Record<string, string>, head: Record<string, string>) {
  const repository = makeRepository({});
  repository.commit({ 'web.yaml': service, ...base });
  repository.commit(head);
  const flags = { git: repository.directory, 'no-cluster': true };
  return runReview('HEAD~1..HEAD', flags, 'test', AbortSignal.timeout(30_000));
}

const told = ({ report }: Awaited<ReturnType<typeof reviewed>>): string[] =>
  report.diagnostics
    .filter(({ location }) => location)
    .map(({ severity, location, message }) => `${severity} ${location?.file} ${/\((\w+)[^(]*\)$/.exec(message)?.[1]}`);

describe('a review of sides that cannot be read', () => {
  it('tells broken YAML of the base that the change repairs as fixed', async () => {
    const result = await reviewed({ 'vs.yaml': broken }, { 'vs.yaml': route('web') });
    expect(told(result)).toEqual(['info vs.yaml fixed']);
    expect([result.report.complete, result.code]).toEqual([true, 0]);
    const text = reporters.text(result.report, { color: false, width: 1000 });
    expect(text).toContain('fixed: only HEAD~1 has it, so its objects count as added');
  });

  it('tells what both have as unchanged, wherever the file is now, and what the change brings as it is', async () => {
    expect(told(await reviewed({ 'vs.yaml': broken }, { 'other.yaml': route('web') }))).toEqual([
      'error vs.yaml unchanged',
    ]);
    const moved = { 'vs.yaml': null as unknown as string, 'a/vs.yaml': broken };
    expect(told(await reviewed({ 'vs.yaml': broken }, moved))).toEqual(['error a/vs.yaml unchanged']);
    expect(told(await reviewed({ 'vs.yaml': route('web') }, { 'vs.yaml': broken }))).toEqual([
      'error vs.yaml undefined',
    ]);
  });

  it('tells an object that the schema refuses as fixed, or as unchanged', async () => {
    const codes = async (head: Record<string, string>) => {
      const { report } = await reviewed({ 'odd.yaml': refused }, head);
      const of = (list: readonly { resource: string; kind: string }[] = []) =>
        list.filter(({ resource }) => resource.endsWith('/odd')).map(({ kind }) => kind);
      return {
        introduced: of(report.findings),
        fixed: of(report.review?.fixed),
        unchanged: of(report.review?.unchanged),
      };
    };
    expect(await codes({ 'odd.yaml': route('odd') })).toEqual({ introduced: [], fixed: ['invalid'], unchanged: [] });
    expect(await codes({ 'vs.yaml': route('web') })).toEqual({ introduced: [], fixed: [], unchanged: ['invalid'] });
  });
});
