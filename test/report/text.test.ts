import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import { reporters } from '../../src/report/index.ts';
import { plain } from '../../src/report/plain.ts';
import { proxiesInWords } from '../../src/report/proxies.ts';
import { aReview } from '../support/reports.ts';

const finding: Finding = {
  code: 'MESH0001',
  kind: 'drift',
  severity: 'error',
  resource: 'VirtualService shop/reviews',
  field: 'spec.http[0].route[0].weight',
  message: 'weight is 10 in the cluster and 90 in Git',
  location: { file: 'git/reviews.yaml', line: 26, column: 7 },
  expected: 90,
  live: 10,
  proxies: ['shop/a-1', 'shop/b-1'],
  layer: 'git-api',
  effect: 'v1 gets less.',
  fix: 'apply it.',
  related: [],
  evidence: [
    {
      proxy: 'shop/a-1',
      type: 'route',
      name: '9080',
      path: 'virtual_hosts[0].x',
      expected: { w: 90 },
      live: { w: 10 },
    },
  ],
};

const report: Report = {
  schemaVersion: 'mesh-report/v1',
  tool: { name: 'kubectl mesh', version: '0', command: 'drift' },
  cluster: { istioVersions: [] },
  summary: {
    proxies: { examined: 2, skipped: 0, inSync: 2, stale: 0, rejected: 0 },
    resources: { git: 1, live: 1 },
    compared: { resources: 4, leaves: 99 },
    notCompared: [{ reason: 'a secret', leaves: 1 }],
    findings: { error: 1, warning: 0, info: 0 },
  },
  findings: [finding],
  waived: [],
  proxies: [
    { id: 'shop/a-1', type: 'sidecar', workload: 'a', state: 'synced' },
    { id: 'shop/b-1', type: 'sidecar', workload: 'b', state: 'synced' },
  ],
  diagnostics: [],
  complete: true,
};
const style = { color: false, width: 100 };

describe('text', () => {
  it('says what, where, the effect, who is affected and what to do', () => {
    const out = reporters.text(report, style);
    for (const part of [
      'ERROR VirtualService shop/reviews',
      'git/reviews.yaml:26:7',
      'v1 gets less',
      '2 sidecars shop/a, shop/b',
      'fix: apply it',
    ]) {
      expect(out).toContain(part);
    }
    expect(out).toContain('not compared: 1 (a secret)');
  });

  it('never calls an incomplete run free of drift', () => {
    const out = reporters.text(
      {
        ...report,
        findings: [],
        complete: false,
        summary: { ...report.summary, findings: { error: 0, warning: 0, info: 0 } },
      },
      style,
    );
    expect(out).toContain('incomplete');
    expect(out).not.toContain('no drift');
  });

  it('sends no escape sequence of the data to the terminal, whatever the format', () => {
    const evil = {
      ...finding,
      message: 'x\u001b[31mred\u0007\u202e',
      resource: 'Pod a/\u001b]0;t\u0007',
      live: '\u001b[2J',
    };
    for (const format of ['text', 'wide'] as const) {
      const out = reporters[format]({ ...report, findings: [evil] }, style);
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
  });

  it('colours on request only', () => {
    expect(reporters.text(report, style)).not.toContain('\u001b');
    expect(reporters.text(report, { color: true, width: 100 })).toContain('\u001b[31mERROR');
  });

  it('shows the Envoy objects as a unified diff in wide', () => {
    const out = reporters.wide(report, style);
    expect(out).toContain('--- shop/a-1 route 9080 (Git)');
    expect(out).toContain('-  "w": 90');
    expect(out).toContain('+  "w": 10');
  });
});

describe('data', () => {
  it('is the same in JSON and YAML, with null for what has no value', () => {
    const bare = { ...report, findings: [{ ...finding, location: undefined, expected: undefined }] };
    const parsed = JSON.parse(reporters.json(bare, style));
    expect(parsed.findings[0]).toMatchObject({ location: null, expected: null, live: 10 });
    expect(reporters.yaml(bare, style)).toContain('location: null');
  });
});

describe('words', () => {
  it('groups proxies by namespace and names gateways', () => {
    const known = new Map(
      [...'abcde'].map((name) => [
        `shop/${name}-1`,
        { id: `shop/${name}-1`, type: 'sidecar' as const, workload: name, state: '' },
      ]),
    );
    const gateway = { id: 'in/gw-1', type: 'router' as const, workload: 'gw', state: '' };
    const words = proxiesInWords([...known.keys(), 'in/gw-1'], new Map([...known, ['in/gw-1', gateway]] as never));
    expect(words).toBe('5 sidecars in shop; gateway in/gw');
  });

  it('keeps line feeds only where they are wanted', () => {
    expect(plain('a\nb')).toBe('a\\u000ab');
    expect(plain('a\nb', true)).toBe('a\nb');
  });
});

describe('a review without findings', () => {
  const without = (breaks: boolean): Report => {
    const review = aReview();
    const requests = (review.review?.requests ?? []).map((it) => ({ ...it, breaks }));
    const own = review.review && { ...review.review, requests };
    const counts = { error: 0, warning: 0, info: 0 };
    return {
      ...review,
      findings: [],
      summary: { ...review.summary, findings: counts },
      ...(own ? { review: own } : {}),
    };
  };
  const last = (it: Report): string | undefined =>
    reporters.text(it, { color: false, width: 100 }).trim().split('\n').at(-1);

  it('does not call a change right that breaks requests', () => {
    expect(last(without(true))).toBe('0 errors, 0 warnings, 0 infos; 1 request served before, and not after');
    expect(reporters.markdown(without(true), { color: false, width: 100 })).toContain(
      'no findings, and 1 request served before, and not after',
    );
  });

  it('says that nothing is wrong where none breaks', () => {
    expect(last(without(false))).toBe('nothing wrong: 0 errors, 0 warnings, 0 infos');
  });
});
