import { describe, expect, it } from 'vitest';
import { readDesired } from '../../../src/app/desired/index.ts';
import { type Extent, judgedBy } from '../../../src/app/waivers/judged.ts';
import { ProjectRules, type RulesGit } from '../../../src/app/waivers/project-rules.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { makeRepository } from '../../support/git-repository.ts';
import { aFinding } from '../../support/reports.ts';

const route = (comment: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
  - route: # ${comment}
    - destination: {host: nowhere}
`;
const at = (line: number, parts: Partial<Finding> = {}): Finding =>
  aFinding({
    code: 'MESH0100',
    kind: 'unresolved',
    resource: 'VirtualService shop/cart',
    location: { file: 'a.yaml', line, column: 1 },
    layer: 'config',
    ...parts,
  });
const everything: Extent = { git: true, proxies: true, rules: true, hazards: true, whole: true, allOfGit: true };
const today = '2026-06-15';

const gitOf = async (files: Record<string, string>): Promise<RulesGit> =>
  readDesired({ cwd: makeRepository(files).directory });

function judge(git: RulesGit, findings: Finding[], extent: Extent = everything, base?: RulesGit) {
  const rules = new ProjectRules(git, today, base);
  const kept = rules.apply(findings);
  const { findings: own, diagnostics } = rules.close(judgedBy(extent));
  return { kept, own: own.map(({ code }) => code), said: own, waived: rules.waived, diagnostics };
}

describe('waivers beside the line', () => {
  it('keep findings at and below their line from counting, by code', async () => {
    const git = await gitOf({ 'a.yaml': route('mesh:ignore MESH0100 until=2026-06-15 reason="comes later"') });
    const { kept, own, waived, diagnostics } = judge(git, [at(8), at(6), at(8, { code: 'MESH0101' })]);
    expect(kept.map(({ code, location }) => [code, location?.line])).toEqual([
      ['MESH0100', 6],
      ['MESH0101', 8],
    ]);
    expect(waived).toMatchObject([
      {
        code: 'MESH0100',
        severity: 'error',
        waiver: {
          source: 'comment',
          reason: 'comes later',
          until: '2026-06-15',
          location: { file: 'a.yaml', line: 7 },
        },
      },
    ]);
    expect(waived[0]?.waiver).not.toHaveProperty('added');
    expect(own).toEqual([]);
    expect(diagnostics).toMatchObject([{ severity: 'info', message: '1 finding waived: comes later' }]);
  });

  it('that have ended are told, and so is it with what they covered', async () => {
    const git = await gitOf({ 'a.yaml': route('mesh:ignore MESH0100 until=2026-06-14 reason=x') });
    const { kept, said, waived } = judge(git, [at(8)]);
    expect(kept).toMatchObject([{ related: [{ message: 'its waiver ended on 2026-06-14', location: { line: 7 } }] }]);
    expect(waived).toEqual([]);
    expect(said).toMatchObject([
      {
        code: 'MESH0176',
        severity: 'warning',
        resource: 'VirtualService shop/cart',
        location: { line: 7, column: 12 },
      },
    ]);
  });

  it('without a reason do not count', async () => {
    const { kept, said } = judge(await gitOf({ 'a.yaml': route('mesh:ignore MESH0100') }), [at(8)]);
    expect(kept).toHaveLength(1);
    expect(said).toMatchObject([
      { code: 'MESH0175', severity: 'warning', message: 'the waiver does not count: it gives no reason' },
    ]);
  });

  it.each<[string, Partial<Extent>, string[]]>([
    ['MESH0100', {}, ['MESH0177']],
    ['MESH0100', { allOfGit: false }, ['MESH0177']],
    ['MESH0100', { whole: false }, []],
    ['MESH0100', { rules: false }, []],
    ['MESH0100,MESH0001', { git: false }, []],
    ['MESH0012', { proxies: false }, []],
    ['MESH0012', { rules: false, git: false, hazards: false }, ['MESH0177']],
    ['MESH0160', { hazards: false }, []],
  ])('of %s are of no use with %j: %j', async (code, extent, expected) => {
    const git = await gitOf({ 'a.yaml': route(`mesh:ignore ${code} reason=x`) });
    expect(judge(git, [], { ...everything, ...extent }).own).toEqual(expected);
  });

  it('that a change adds or prolongs are told in its review, moved ones are not', async () => {
    const base = await gitOf({ 'old.yaml': `\n${route('mesh:ignore MESH0100 reason=x')}` });
    const same = await gitOf({ 'a.yaml': route('mesh:ignore MESH0100 reason=x') });
    const longer = await gitOf({ 'a.yaml': route('mesh:ignore MESH0100 until=2030-01-01 reason=x') });
    expect(judge(same, [at(8)], everything, base)).toMatchObject({ own: [], waived: [{ waiver: { added: false } }] });
    const { said, waived } = judge(longer, [at(8)], everything, base);
    expect(waived).toMatchObject([{ waiver: { added: true } }]);
    expect(said).toMatchObject([
      {
        code: 'MESH0178',
        severity: 'info',
        message: 'this change adds a waiver of MESH0100 until 2030-01-01: x',
        effect: '1 finding does not count because of it.',
      },
    ]);
  });
});

describe('rules of the project file', () => {
  const file = (rule: string): Record<string, string> => ({
    'a.yaml': route('none'),
    '.mesh.yaml': `version: mesh-config/v1\nignore:\n  - ${rule}\n`,
  });

  it('waive by object, field and code', async () => {
    const git = await gitOf(file('{resource: VirtualService shop/*, codes: [MESH0100], reason: meant}'));
    const { kept, waived } = judge(git, [at(8), at(8, { code: 'MESH0101' })]);
    expect(kept).toMatchObject([{ code: 'MESH0101' }]);
    expect(waived).toMatchObject([{ waiver: { source: 'project-file', location: { file: '.mesh.yaml', line: 3 } } }]);
  });

  it('that have ended count no longer', async () => {
    const git = await gitOf(file('{resource: VirtualService shop/*, reason: meant, expires: 2020-01-01}'));
    const { kept, said } = judge(git, [at(8)]);
    expect(kept).toHaveLength(1);
    expect(said).toMatchObject([{ code: 'MESH0176', location: { file: '.mesh.yaml', line: 3 } }]);
  });

  it.each<[Partial<Extent>, string[]]>([
    [{}, ['MESH0177']],
    [{ allOfGit: false }, []],
    [{ rules: false }, []],
    [{ git: false, proxies: false }, []],
  ])('of any code are of no use only where everything was judged: %j', async (extent, expected) => {
    const git = await gitOf(file('{resource: Gateway shop/*, reason: meant}'));
    expect(judge(git, [at(8)], { ...everything, ...extent }).own).toEqual(expected);
  });
});
