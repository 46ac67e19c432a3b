import { describe, expect, it } from 'vitest';
import { scanWaivers } from '../../../src/source/waiver/scan.ts';

const scan = (text: string) =>
  scanWaivers('a.yaml', text).map(({ codes, reason, until, location, lines, whole, fault }) => ({
    codes: codes.join(),
    reason,
    until,
    at: location.line,
    lines: [lines.from, lines.to],
    whole,
    fault: fault?.message,
  }));

const object = (spec: string): string => `apiVersion: v1\nkind: X\nmetadata: {name: a}\nspec:\n${spec}`;

describe('comments that waive', () => {
  it('cover their own line and what is below it', () => {
    const text = object(`  http:
  - timeout: 5s # mesh:ignore MESH0100 reason=slow
    retries: {}
  - route: # mesh:ignore MESH0101, MESH0102 until=2030-01-31 reason="a b"
    - destination: {}
      weight: 1
    timeout: 1s
`);
    expect(scan(text)).toMatchObject([
      { codes: 'MESH0100', reason: 'slow', at: 6, lines: [6, 7], whole: false, fault: undefined },
      { codes: 'MESH0101,MESH0102', reason: 'a b', until: '2030-01-31', at: 8, lines: [8, 11] },
    ]);
  });

  it('cover the next line with content where they stand alone, a list at the depth of its key too', () => {
    const text = object(`  # mesh:ignore MESH0100 reason='all of them'
  # why it is so

  http:
  - a: 1
  - b: 2
  tls: []
`);
    expect(scan(text)).toMatchObject([{ at: 5, lines: [8, 10], whole: false, reason: 'all of them' }]);
  });

  it('cover the whole object at the top of its document', () => {
    const text = `# licence\n# mesh:ignore MESH0114 reason=x\n---\n${object('  a: 1\n')}---\n# mesh:ignore MESH0113 reason=y\n${object('  b: 1\n')}`;
    expect(scan(text)).toMatchObject([
      { codes: 'MESH0114', whole: true, at: 2, lines: [4, 8] },
      { codes: 'MESH0113', whole: true, at: 10, lines: [11, 16] },
    ]);
    expect(scan(object('  a: 1\n').replace('v1\n', 'v1 # mesh:ignore MESH0114 reason=x\n'))).toMatchObject([
      { whole: true, at: 1 },
    ]);
  });

  it('are none inside of texts', () => {
    const text = object(`  code: |
    # mesh:ignore MESH0100 reason=x
    -- lua
  said: "a # mesh:ignore MESH0100 reason=x"
  url: http://x/#mesh:ignore
  note: a # mesh:ignored
`);
    expect(scan(text)).toEqual([]);
  });

  it('are read in templates, which are no YAML yet', () => {
    expect(
      scan('spec:\n  {{- range .Values.x }}\n  # mesh:ignore MESH0100 reason=x\n  - a: {{ . }}\n  {{ end }}'),
    ).toMatchObject([{ at: 3, lines: [4, 4], fault: undefined }]);
  });

  it.each([
    ['MESH0100', 'it gives no reason'],
    ['MESH0100 reason=""', 'it gives no reason'],
    ['reason=x', 'it names no code'],
    ['MESH0999 reason=x', 'there is no code MESH0999'],
    ['MESH0100 reason=two words', '"words" is no part of the reason, which has no quotation marks'],
    ['MESH0100 reason="open', 'the quotation mark of reason is not closed'],
    ['MESH0100 until=2030-01-01 reason=x until=2031-01-01', 'until stands twice'],
    ['MESH0100 untill=2030-01-01 reason=x', 'there is no setting untill=2030-01-01'],
    ['MESH0100 until=2030-02-30 reason=x', 'until is 2030-02-30, not a date such as 2030-12-31'],
  ])('are refused: %s', (words, message) => {
    expect(scan(object(`  a: 1 # mesh:ignore ${words}\n`))).toMatchObject([{ fault: message, at: 5 }]);
  });

  it('are refused above nothing', () => {
    expect(scan(object('  a: 1\n# mesh:ignore MESH0100 reason=x\n'))).toMatchObject([
      { fault: 'it stands above nothing', at: 6 },
    ]);
  });
});
