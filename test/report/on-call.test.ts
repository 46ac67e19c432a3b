import { describe, expect, it } from 'vitest';
import { reporters } from '../../src/report/index.ts';
import { aFinding, aReport } from '../support/reports.ts';

const width = 60;
const style = { color: false, width };

describe('text for a person on call', () => {
  it('names an object once, and says once what its findings have in common', () => {
    const findings = [
      aFinding({ field: 'spec.a', message: 'is 1' }),
      aFinding({ resource: 'Gateway in/public', fix: 'another.' }),
      aFinding({ field: 'spec.b', message: 'is 2', severity: 'warning' }),
    ];
    const out = reporters.text(aReport(findings), style);
    expect(out.match(/VirtualService shop\/reviews/g)).toHaveLength(1);
    expect(out.match(/fix: apply it/g)).toHaveLength(1);
    expect(out).toContain('ERROR VirtualService shop/reviews 2 findings\n  error spec.a drift MESH0001\n    is 1\n');
    expect(out.indexOf('warning spec.b')).toBeLessThan(out.indexOf('Gateway in/public'));
  });

  it('says what is different of each finding where it is', () => {
    const findings = [aFinding(), aFinding({ field: 'spec.b', fix: 'another.' })];
    const out = reporters.text(aReport(findings), style);
    expect(out).toContain('    fix: apply it.');
    expect(out).toContain('    fix: another.');
  });

  it('begins with the totals where there are many findings', () => {
    const many = (count: number) =>
      reporters.text(
        aReport(Array.from({ length: count }, (_, index) => aFinding({ resource: `Gateway a/${index}` }))),
        style,
      );
    expect(many(21).replace(/\s+/g, ' ')).toMatch(
      /^21 errors, 0 warnings, 0 infos in 21 objects, worst first; 2 of 2 examined/,
    );
    expect(many(20)).toMatch(/^ERROR /);
  });

  it('keeps to the width, and shortens what nobody reads to its end', () => {
    const long = aFinding({ message: `is ${'x'.repeat(5000)} in the cluster`, effect: 'some words '.repeat(20) });
    const out = reporters.text(aReport([long]), style);
    expect(out.replace(/\s+/g, ' ')).toMatch(/x… \(\d+ more characters; -o json has all\)/);
    expect(out.length).toBeLessThan(2500);
    const effect = out.split('\n').filter((line) => line.includes('some words'));
    expect(effect.every((line) => line.length <= width)).toBe(true);
  });

  it('is no wider than a person reads, however wide the terminal', () => {
    const out = reporters.text(aReport([aFinding({ effect: 'some words '.repeat(40) })]), { color: false, width: 300 });
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('says once what several proxies have in common', () => {
    const diagnostics = ['a', 'b'].map((pod) => ({
      severity: 'error' as const,
      subject: `shop/${pod}`,
      message: `shop/${pod}: no dump`,
    }));
    const out = reporters.text(aReport([], { diagnostics, complete: false }), style);
    expect(out).toContain('error: 2 alike: no dump: shop/a, shop/b\n');
  });
});
