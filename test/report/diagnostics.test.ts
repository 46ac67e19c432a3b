import { expect, it } from 'vitest';
import type { Diagnostic } from '../../src/model/report.ts';
import { diagnosticInWords, groupDiagnostics } from '../../src/report/diagnostics.ts';

const late = (subject: string): Diagnostic => ({
  severity: 'error',
  subject,
  message: `${subject}: port 15000 did not answer in time`,
  fix: 'The pod may hang: look at it.',
});

it('joins what happened with an advice as sentences', () => {
  expect(groupDiagnostics([late('shop/a')]).map(diagnosticInWords)).toEqual([
    'shop/a: port 15000 did not answer in time. The pod may hang: look at it.',
  ]);
});

it('names those of whom the same is said behind it', () => {
  expect(groupDiagnostics([late('shop/a'), late('shop/b')]).map(diagnosticInWords)).toEqual([
    '2 alike: port 15000 did not answer in time. The pod may hang: look at it: shop/a, shop/b',
  ]);
});
