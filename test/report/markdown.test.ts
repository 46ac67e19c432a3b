import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reporters } from '../../src/report/index.ts';
import { markdownFence, markdownText, summaryText } from '../../src/report/markdown-escape.ts';
import { plain } from '../../src/report/plain.ts';
import { aFinding, aReport, aReview, hostile } from '../support/reports.ts';

const style = { color: false, width: 100 };
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostile), fc.string());

/** What GitHub shows of escaped text. */
function shown(markdown: string): string {
  return markdown
    .replaceAll('<!-- -->', '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

describe('markdown', () => {
  it('shows any text as it is, and no part of it as markup', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = markdownText(text);
        expect(shown(escaped)).toBe(plain(text));
        const bare = escaped.replaceAll('<!-- -->', '').replace(/\\[!-/:-@[-`{-~]/g, '');
        expect(bare).not.toMatch(/[<>`*_{}[\]()|~!^$\\\n]/);
        expect(escaped).not.toMatch(/^\s*([-+=]|\d+[.)])/);
        const text_ = summaryText(text);
        expect(text_.replaceAll('<!-- -->', '')).not.toMatch(/[<>\n]/);
        for (const it of [escaped, text_]) expect(it).not.toMatch(/[@#]\w|:\/\/|www\.\w|GH-\d/i);
      }),
    );
  });

  it('fences with more backticks than the content has', () => {
    fc.assert(
      fc.property(fc.array(anyText), (lines) => {
        const [first = '', ...rest] = markdownFence(lines, 'diff').split('\n');
        const fence = /^`+/.exec(first)?.[0] ?? '';
        expect(rest.filter((line) => line.trim().startsWith(fence))).toEqual([fence]);
      }),
    );
  });

  it('keeps to the limit of a comment and counts what it leaves out', () => {
    const findings = Array.from({ length: 400 }, (_, index) =>
      aFinding({ resource: `VirtualService shop/v${index}`, effect: '💥'.repeat(200) }),
    );
    const out = reporters.markdown(aReport(findings), style);
    expect(Buffer.byteLength(out)).toBeLessThanOrEqual(65_536);
    const there = out.match(/<details>/g)?.length ?? 0;
    expect(there).toBeGreaterThan(20);
    expect(out).toContain(`**${400 - there} findings are not shown here** (${400 - there} errors`);
    expect(out.match(/<\/details>/g)).toHaveLength(there);
  });

  it('keeps to the limit however much could not be read, and names the parts that it leaves out', () => {
    const diagnostics = Array.from({ length: 3000 }, (_, index) => ({
      severity: 'error' as const,
      message: `file ${index}: ${'broken '.repeat(100)}`,
    }));
    const fixed = Array.from({ length: 2000 }, (_, index) => aFinding({ resource: `Gateway shop/g${index}` }));
    const { review } = aReview();
    const out = reporters.markdown(aReport([aFinding()], { diagnostics, review: { ...review!, fixed } }), style);
    expect(Buffer.byteLength(out)).toBeLessThanOrEqual(65_536);
    expect(out).toContain('shop/reviews');
    expect(out).toContain('2986 more: -o text and -o json have all');
    expect(out).toMatch(/Fixed by this change \(2000\)[\s\S]*\*\*\d+ more not shown here\*\*: the comment is full/);
    expect(out).toContain('**Not shown here**: As before (1): the comment is full.');
    expect(out.match(/<details>/g)).toHaveLength(out.match(/<\/details>/g)!.length);
  });

  it('begins with the same marker whatever was found, so that the comment can be edited', () => {
    const [first] = reporters.markdown(aReport([aFinding()]), style).split('\n');
    expect(reporters.markdown(aReport([]), style).split('\n')[0]).toBe(first);
    expect(first).toBe('<!-- kubectl-mesh drift -->');
    const named = aReport([], { cluster: { context: 'prod --> x', istioVersions: [] } });
    expect(reporters.markdown(named, style).split('\n')[0]).toBe('<!-- kubectl-mesh drift prod-x -->');
  });

  it('never mixes what a review introduces, fixes and leaves', () => {
    const out = reporters.markdown(aReview(), style);
    const order = [
      '1 error, 0 warnings, 0 infos introduced',
      'shop/reviews',
      'Fixed by this change (1)',
      'shop/fixed',
      'As before (1)',
      'shop/unchanged',
    ];
    const places = order.map((part) => out.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(out).toContain('-"base"\n+"head"');
  });

  it('says plainly that nothing changes', () => {
    const report = aReview();
    const still = { ...report, review: { ...report.review!, blastRadius: [] } };
    for (const format of ['markdown', 'text'] as const)
      expect(reporters[format](still, style)).toContain("No proxy's effective configuration changes.");
  });
});
