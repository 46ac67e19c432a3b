import { expect, it } from 'vitest';
import { nearNames } from '../../../src/io/kube/near-names.ts';

it.each([
  ['prodution', ['staging', 'production'], ['production']],
  ['prod', ['prod-eu', 'prod-us', 'staging'], ['prod-eu', 'prod-us']],
  ['Production', ['production'], ['production']],
  ['xyz', ['staging', 'production'], []],
  ['', ['staging'], []],
])('near to "%s" among %j: %j', (wanted, names, expected) => {
  expect(nearNames(wanted, names)).toEqual(expected);
});
