import { expect, it } from 'vitest';
import { parseTimeout } from '../../../src/io/kube/options.ts';

it.each([
  ['0', 0],
  ['5', 5000],
  ['300ms', 300],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['', undefined],
  ['soon', undefined],
  ['5 s', undefined],
])('a timeout of "%s" is %s ms', (text, expected) => {
  expect(parseTimeout(text)).toBe(expected);
});
