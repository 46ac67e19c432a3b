import { expect, it } from 'vitest';
import { counted } from '../../src/model/counted.ts';

it('has a noun agree with its number', () => {
  expect([0, 1, 2].map((count) => counted(count, 'error'))).toEqual(['0 errors', '1 error', '2 errors']);
  expect([1, 14].map((count) => counted(count, 'proxy'))).toEqual(['1 proxy', '14 proxies']);
});
