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

describe('junit', () => {
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

  it('says beside the line what is wrong', () => {
    expect(reporters.github(aReport([aFinding()]), style)).toBe(
      '::error file=git/reviews.yaml,line=26,col=7,title=MESH0001 VirtualService shop/reviews::VirtualService shop/reviews spec.http[0].timeout is 15s in the cluster and 3s in Git%0AEffect: callers wait up to 15s.%0AFix: apply it.\n',
    );
  });
});
