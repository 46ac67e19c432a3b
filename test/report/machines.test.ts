import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprints } from '../../src/report/fingerprints.ts';
import { reporters } from '../../src/report/index.ts';
import { aFinding, aReport, aReview, hostile } from '../support/reports.ts';
import { parseXml } from '../support/xml.ts';
import { sarifSchema } from './sarif-schema.ts';

const style = { color: false, width: 100 };
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostile), fc.string());
const anyFinding = fc
  .record({
    severity: fc.constantFrom('error', 'warning', 'info'),
    resource: anyText.map((text) => `Kind ${text}`),
    field: anyText,
    message: anyText,
    effect: anyText,
    fix: anyText,
    expected: fc.jsonValue(),
    location: fc.option(fc.record({ file: anyText, line: fc.integer({ min: 1 }), column: fc.integer({ min: 1 }) }), {
      nil: undefined,
    }),
  })
  .map((parts) => aFinding(parts as never));
const unread = { severity: 'error' as const, message: 'shop/c-1: no dump', subject: 'shop/c-1' };

describe('sarif', () => {
  const valid = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(sarifSchema);

  it('is valid, whatever the text, with paths below the root', () => {
    fc.assert(
      fc.property(fc.array(anyFinding), (findings) => {
        const log = JSON.parse(reporters.sarif(aReport(findings, { diagnostics: [unread] }), style));
        expect(valid(log), JSON.stringify(valid.errors)).toBe(true);
        for (const { locations } of log.runs[0].results) {
          const { uri } = locations[0].physicalLocation.artifactLocation;
          const base = 'https://root.example/a/';
          expect(new URL(uri, base).href.startsWith(base)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('has regions, rule help and what a reader needs', () => {
    const { runs } = JSON.parse(reporters.sarif(aReport([aFinding()]), style));
    const [result] = runs[0].results;
    expect(result.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'git/reviews.yaml', uriBaseId: '%SRCROOT%' },
      region: { startLine: 26, startColumn: 7 },
    });
    expect(runs[0].tool.driver.rules[result.ruleIndex]).toMatchObject({ id: 'MESH0001', name: 'FieldDrift' });
    expect(result.message.text).toContain('VirtualService shop/reviews spec.http[0].timeout is 15s');
  });

  it('carries the pages of the rules as help, and counts what is more than code scanning takes', () => {
    const page = (code: string) => `# ${code}: a title\n\nSee [MESH0002](MESH0002.md).\n`;
    const many = Array.from({ length: 25_003 }, (_, index) => aFinding({ field: `spec.${index}`, evidence: [] }));
    const log = JSON.parse(reporters.sarif(aReport(many), { ...style, page }));
    expect(valid(log), JSON.stringify(valid.errors)).toBe(true);
    const [{ help, helpUri }] = log.runs[0].tool.driver.rules;
    expect(help.markdown).toContain('/docs/rules/MESH0002.md)');
    expect(helpUri).toMatch(/\/docs\/rules\/MESH0001\.md$/);
    expect(log.runs[0].results).toHaveLength(25_000);
    expect(log.runs[0].invocations[0].toolExecutionNotifications[0].message.text).toMatch(/^3 results are left out/);
  });

  it('has a category for each cluster', () => {
    const of = (context?: string) =>
      JSON.parse(reporters.sarif(aReport([], { cluster: { context, istioVersions: [] } as never }), style)).runs[0]
        .automationDetails.id;
    expect([of(), of('prod/eu')]).toEqual(['kubectl-mesh/drift/', 'kubectl-mesh/drift/prod-eu/']);
  });

  it('gives the states of a review', () => {
    const log = JSON.parse(reporters.sarif(aReview(), style));
    expect(valid(log), JSON.stringify(valid.errors)).toBe(true);
    expect(log.runs[0].results.map((it: { baselineState: string }) => it.baselineState)).toEqual([
      'new',
      'unchanged',
      'absent',
    ]);
  });

  it('does not call an incomplete run a success', () => {
    const log = JSON.parse(reporters.sarif(aReport([], { complete: false, diagnostics: [unread] }), style));
    expect(log.runs[0].invocations[0].executionSuccessful).toBe(false);
  });
});

describe('fingerprints', () => {
  it('stay when lines, values and words change, and are one each', () => {
    const moved = aFinding({
      location: { file: 'git/reviews.yaml', line: 99, column: 1 },
      live: '20s',
      message: 'other',
    });
    expect(fingerprints([moved])).toEqual(fingerprints([aFinding()]));
    expect(new Set(fingerprints([aFinding(), aFinding(), aFinding({ field: 'spec.x' })])).size).toBe(3);
  });
});

/** What Jenkins' schema (xunit-plugin, junit-10.xsd) allows of what is written: children and attributes. */
const jenkins: Record<string, { children: string[]; attributes: string[] }> = {
  testsuites: { children: ['testsuite'], attributes: ['name', 'time', 'tests', 'failures', 'errors'] },
  testsuite: { children: ['testcase'], attributes: ['name', 'tests', 'failures', 'errors', 'skipped', 'time'] },
  testcase: { children: ['skipped', 'error', 'failure', 'system-out'], attributes: ['name', 'time', 'classname'] },
  skipped: { children: [], attributes: ['type', 'message'] },
  error: { children: [], attributes: ['type', 'message'] },
  failure: { children: [], attributes: ['type', 'message'] },
  'system-out': { children: [], attributes: [] },
};

describe('junit', () => {
  it('has the elements and attributes of the schema alone', () => {
    const waiver = { source: 'comment' as const, reason: 'later' };
    const report = aReport([aFinding(), aFinding({ severity: 'info' })], {
      diagnostics: [unread],
      complete: false,
      waived: [{ ...aFinding(), waiver }],
    });
    const seen = new Set<string>();
    const look = (element: ReturnType<typeof parseXml>): void => {
      seen.add(element.name);
      const allowed = jenkins[element.name];
      for (const name of Object.keys(element.attributes)) expect(allowed?.attributes, element.name).toContain(name);
      for (const child of element.children) {
        expect(allowed?.children, element.name).toContain(child.name);
        look(child);
      }
    };
    look(parseXml(reporters.junit(report, style)));
    expect([...seen].sort()).toEqual(Object.keys(jenkins).sort());
  });

  it('is well-formed XML that keeps the text, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(anyFinding), (findings) => {
        const suites = parseXml(reporters.junit(aReport(findings), style));
        const cases = suites.children[0]?.children ?? [];
        expect(cases).toHaveLength(Math.max(1, findings.length));
        const failed = cases.filter((it) => it.children.some((child) => child.name === 'failure'));
        expect(failed).toHaveLength(findings.filter((it) => it.severity !== 'info').length);
        expect(suites.attributes['failures']).toBe(String(failed.length));
      }),
    );
    const [failure] = parseXml(reporters.junit(aReport([aFinding({ message: '<a> & "b"' })]), style)).children[0]!
      .children[0]!.children;
    expect(failure?.attributes['message']).toContain('<a> & "b"');
    expect(failure?.text).toContain('\nat git/reviews.yaml:26:7\n');
  });

  it('passes only where all was read', () => {
    expect(reporters.junit(aReport([]), style)).toContain('name="nothing found"');
    const broken = reporters.junit(aReport([], { complete: false, diagnostics: [unread] }), style);
    expect(broken).toContain('<error');
    expect(broken).not.toContain('nothing found');
    expect(reporters.junit(aReport([], { complete: false }), style)).toContain('<error');
  });
});

describe('gitlab', () => {
  it('keeps an object with a strange name below the root', () => {
    const [issue] = JSON.parse(
      reporters.gitlab(aReport([aFinding({ location: undefined, resource: 'Pod ../..' } as never)]), style),
    );
    expect(issue.location.path).toBe('cluster/Pod');
  });

  it('has what Code Quality demands, with one fingerprint each', () => {
    fc.assert(
      fc.property(fc.array(anyFinding), (findings) => {
        const issues = JSON.parse(reporters.gitlab(aReport(findings), style));
        expect(new Set(issues.map((it: { fingerprint: string }) => it.fingerprint)).size).toBe(findings.length);
        for (const { description, check_name, severity, location } of issues) {
          expect(description).not.toBe('');
          expect(check_name).toMatch(/^MESH\d{4}$/);
          expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(severity);
          expect(location.lines.begin).toBeGreaterThan(0);
          expect(location.path).not.toMatch(/^\/|(^|\/)\.\.?(\/|$)/);
        }
      }),
    );
  });
});

describe('github', () => {
  it('writes one command a finding, which no text can end or follow by another', () => {
    fc.assert(
      fc.property(fc.array(anyFinding), (findings) => {
        const lines = reporters.github(aReport(findings), style).split('\n').slice(0, -1);
        expect(lines).toHaveLength(findings.length);
        for (const line of lines) {
          const [, properties = ''] = /^::(?:error|warning|notice) ([^\r\n]*?)::[^\r\n]*$/.exec(line) ?? [];
          expect(properties.split(',').every((it) => /^(file|line|col|title)=[^:,]*$/.test(it))).toBe(true);
        }
      }),
    );
  });

  it('says in the last annotation that GitHub shows how many it leaves out', () => {
    const many = (severity: 'error' | 'warning', count: number) =>
      Array.from({ length: count }, (_, index) => aFinding({ severity, field: `spec.${index}` }));
    const report = aReport([...many('error', 12), ...many('warning', 10)], { diagnostics: [unread] });
    const lines = reporters.github(report, style).trimEnd().split('\n');
    expect(lines).toHaveLength(24);
    expect(lines[0]).toContain('no dump');
    expect(lines[9]).toBe(
      '::error title=kubectl mesh::4 more errors: GitHub shows 10 annotations of a level for a step. The log has all of them.',
    );
    expect(lines.slice(0, 14).every((line) => line.startsWith('::error '))).toBe(true);
    expect(lines.slice(14).every((line) => line.startsWith('::warning file='))).toBe(true);
  });

  it('says beside the line what is wrong', () => {
    expect(reporters.github(aReport([aFinding()]), style)).toBe(
      '::error file=git/reviews.yaml,line=26,col=7,title=MESH0001 VirtualService shop/reviews::VirtualService shop/reviews spec.http[0].timeout is 15s in the cluster and 3s in Git%0AEffect: callers wait up to 15s.%0AFix: apply it.\n',
    );
  });
});
