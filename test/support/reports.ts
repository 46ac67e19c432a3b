import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';

/** A finding with whatever a test wants of it. */
export function aFinding(parts: Partial<Finding> = {}): Finding {
  return {
    code: 'MESH0001',
    kind: 'drift',
    severity: 'error',
    resource: 'VirtualService shop/reviews',
    field: 'spec.http[0].timeout',
    message: 'spec.http[0].timeout is 15s in the cluster and 3s in Git',
    location: { file: 'git/reviews.yaml', line: 26, column: 7 },
    expected: '3s',
    live: '15s',
    proxies: ['shop/a-1', 'shop/b-1'],
    layer: 'git-api',
    effect: 'callers wait up to 15s.',
    fix: 'apply it.',
    related: [],
    evidence: [{ proxy: 'shop/a-1', type: 'route', name: '9080', path: 'x', expected: '3s', live: '15s' }],
    ...parts,
  };
}

/** A complete report of these findings. */
export function aReport(findings: Finding[], parts: { [Key in keyof Report]?: Report[Key] } = {}): Report {
  const count = (severity: string): number => findings.filter((it) => it.severity === severity).length;
  return {
    schemaVersion: 'mesh-report/v1',
    tool: { name: 'kubectl mesh', version: '0.1.0', command: 'drift' },
    cluster: { istioVersions: ['1.29.0'] },
    summary: {
      proxies: { examined: 2, skipped: 0, inSync: 2, stale: 0, rejected: 0 },
      resources: { git: 1, live: 1 },
      compared: { resources: 4, leaves: 99 },
      notCompared: [{ reason: 'a secret', leaves: 1 }],
      findings: { error: count('error'), warning: count('warning'), info: count('info') },
    },
    findings,
    waived: [],
    proxies: [
      { id: 'shop/a-1', type: 'sidecar', workload: 'a', state: 'synced' },
      { id: 'shop/b-1', type: 'sidecar', workload: 'b', state: 'synced' },
    ],
    diagnostics: [],
    complete: true,
    ...parts,
  };
}

/** A review that introduces, fixes and leaves one finding each. */
export function aReview(): Report {
  return aReport([aFinding()], {
    tool: { name: 'kubectl mesh', version: '0.1.0', command: 'review' },
    review: {
      base: 'main',
      head: 'WORKTREE',
      fixed: [aFinding({ resource: 'VirtualService shop/fixed' })],
      unchanged: [aFinding({ resource: 'VirtualService shop/unchanged' })],
      changes: [
        {
          resource: 'VirtualService shop/reviews',
          field: 'spec.http[0].timeout',
          kind: 'changed',
          proxies: ['shop/a-1'],
          effect: 'callers wait longer.',
        },
      ],
      blastRadius: [
        {
          proxies: ['shop/a-1'],
          changes: ['the timeout of reviews becomes 15s'],
          evidence: [{ proxy: 'shop/a-1', type: 'route', name: '80', path: 't', expected: 'head', live: 'base' }],
        },
      ],
      requests: [
        {
          from: 'shop/a',
          curl: "curl 'http://reviews/x'",
          request: { method: 'GET', url: 'http://reviews/x', headers: [] },
          base: '200',
          head: '503',
          breaks: true,
        },
      ],
      rollout: ['apply DestinationRule shop/reviews first'],
    },
  });
}

/** What an attacker would write into names and values. */
export const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  '</title></style></script>',
  '[click](https://evil.example)',
  '](javascript:alert(1))',
  '| a | b |',
  '@everyone and #1 and GH-1 at https://evil.example or www.evil.example',
  '```\n~~~\n````',
  '-->',
  '</details></summary>',
  '\n::error file=x::y',
  'a%0A::set-output name=x::y,z:1',
  ']]>&amp;&lt;',
  '\u0000\u001b[31m\u202e\ufffe\ud800',
  '- 1. # > + = * _ ~~ ^ $x$',
] as const;
