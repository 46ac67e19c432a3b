import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { WaivedFinding } from '../../src/model/waiver.ts';
import { type Format, formats, reporters } from '../../src/report/index.ts';
import { aFinding, aReport, hostile } from '../support/reports.ts';
import { parseXml } from '../support/xml.ts';
import { sarifSchema } from './sarif-schema.ts';

const style = { color: false, width: 200 };
const location = { file: 'git/reviews.yaml', line: 25, column: 9 };
const waived = (parts: Partial<WaivedFinding['waiver']> = {}): WaivedFinding => ({
  ...aFinding(),
  waiver: { source: 'comment', reason: 'comes later', until: '2030-01-31', location, ...parts },
});
const written = (format: Format, ...findings: WaivedFinding[]): string =>
  reporters[format](aReport([], { waived: findings }), style);

describe('what is waived', () => {
  it.each(['text', 'wide', 'markdown', 'html'] as const)('is shown with its reason and place in %s', (format) => {
    const out = written(format, waived({ added: true }));
    for (const part of ['comes later', '2030-01-31', 'git/reviews.yaml:25', 'added by this change', '1 waived'])
      expect(out).toContain(part);
  });

  it('is valid JSON of the schema, apart from the findings', () => {
    const schema = JSON.parse(readFileSync('docs/schema/report.schema.json', 'utf8'));
    const valid = new Ajv2020({ strict: false }).compile(schema);
    const printed = JSON.parse(written('json', waived(), waived({ source: 'project-file', until: undefined })));
    expect(valid(printed), JSON.stringify(valid.errors)).toBe(true);
    expect(printed).toMatchObject({
      findings: [],
      waived: [{ code: 'MESH0001', waiver: { source: 'comment', added: null } }, { waiver: { until: null } }],
    });
  });

  it('is suppressed in SARIF: in the source, or outside of it', () => {
    const valid = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(sarifSchema);
    const log = JSON.parse(
      written('sarif', waived(), ...hostile.map((reason) => waived({ source: 'project-file', reason }))),
    );
    expect(valid(log), JSON.stringify(valid.errors)).toBe(true);
    const [first, second] = log.runs[0].results;
    expect(first.suppressions).toMatchObject([
      { kind: 'inSource', status: 'accepted', justification: 'comes later (until 2030-01-31)' },
    ]);
    expect(second.suppressions).toMatchObject([{ kind: 'external' }]);
  });

  it('is a skipped test, beside a passed one', () => {
    for (const reason of hostile) {
      const out = written('junit', waived({ reason }));
      expect(() => parseXml(out)).not.toThrow();
      expect(out).toContain('tests="2" failures="0" errors="0" skipped="1"');
    }
  });

  it('is markup in no format', () => {
    for (const reason of hostile) {
      expect(written('html', waived({ reason }))).not.toMatch(/<(img|svg)|<script>alert/);
      expect(written('markdown', waived({ reason }))).not.toMatch(/<(img|svg|script)/);
    }
  });

  it('is no annotation and no issue', () => {
    expect(written('github', waived())).toBe('');
    expect(JSON.parse(written('gitlab', waived()))).toEqual([]);
    expect(formats).toHaveLength(10);
  });
});
