import { describe, expect, it } from 'vitest';
import { matchesSelector } from '../../src/registry/label-selector.ts';

describe('a label selector', () => {
  it.each([
    [{ matchLabels: { a: '1' } }, true],
    [{ matchLabels: { a: '2' } }, false],
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] }, true],
    [{ matchExpressions: [{ key: 'b', operator: 'NotIn', values: ['1'] }] }, true],
    [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, false],
    [
      {
        matchExpressions: [
          { key: 'a', operator: 'Exists' },
          { key: 'b', operator: 'DoesNotExist' },
        ],
      },
      true,
    ],
    [{ matchExpressions: [{ key: 'b', operator: 'Exists' }] }, false],
    [{}, true],
  ])('%j matches {a: 1}: %s', (selector, matches) => {
    expect(matchesSelector(selector, { a: '1' })).toBe(matches);
  });
});
