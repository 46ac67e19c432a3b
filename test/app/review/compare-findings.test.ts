import { describe, expect, it } from 'vitest';
import { compareFindings } from '../../../src/app/review/compare-findings.ts';
import type { Finding } from '../../../src/model/finding.ts';

const finding = (field: string, message = 'm', line = 1): Finding => ({
  code: 'MESH0100',
  kind: 'unresolved',
  severity: 'error',
  resource: 'VirtualService shop/cart',
  field,
  message,
  location: { file: 'a.yaml', line, column: 1 },
  proxies: [],
  layer: 'config',
  effect: '',
  fix: '',
  related: [],
});
const fields = (findings: readonly Finding[]): string[] => findings.map(({ field }) => field);

describe('compareFindings', () => {
  it('keeps a finding whose line moved', () => {
    const { introduced, fixed, unchanged } = compareFindings(
      [finding('spec.http[0]', 'm', 3)],
      [finding('spec.http[0]', 'm', 90)],
    );
    expect([introduced, fixed, fields(unchanged)]).toEqual([[], [], ['spec.http[0]']]);
  });

  it('keeps a finding whose route moved in its list, and one whose words changed', () => {
    const moved = compareFindings([finding('spec.http[0].timeout')], [finding('spec.http[2].timeout')]);
    expect([fields(moved.introduced), fields(moved.unchanged)]).toEqual([[], ['spec.http[2].timeout']]);
    const reworded = compareFindings([finding('spec.http[0]', 'a')], [finding('spec.http[0]', 'b')]);
    expect([fields(reworded.introduced), fields(reworded.fixed)]).toEqual([[], []]);
  });

  it('pairs each finding once', () => {
    const base = [finding('spec.http[0]')];
    const head = [finding('spec.http[0]'), finding('spec.http[1]')];
    const { introduced, fixed, unchanged } = compareFindings(base, head);
    expect([fields(introduced), fixed, fields(unchanged)]).toEqual([['spec.http[1]'], [], ['spec.http[0]']]);
  });

  it('tells introduced and fixed apart', () => {
    const { introduced, fixed } = compareFindings([finding('spec.http[0]', 'a')], [finding('spec.tcp[0]', 'b')]);
    expect([fields(introduced), fields(fixed)]).toEqual([['spec.tcp[0]'], ['spec.http[0]']]);
  });
});
